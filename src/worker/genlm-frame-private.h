#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a process and its workers say to each other, over a stream socket.
 *
 * A frame is a fixed header, a GVariant whose type the kind decides, and a tail of
 * raw bytes, both padded to eight bytes. Numbers are in the byte order of the
 * machine, on which both ends run. Nothing that arrives is trusted: sizes are
 * bounded before anything is allocated, and GVariant reads damaged data as
 * defaults, so each reader checks what it takes.
 *
 * Contexts travel as differences: a node is a context that both sides know by a
 * number. Node 0 is the empty context. The parent gives the numbers, densely, and
 * says which it will not use again; a number may then be given anew.
 *
 * Items are what is asked of one context. They are numbered from 1 over the life
 * of a worker, in the order in which they are asked, and answered in that order.
 *
 * Vectors of log weights do not travel: they are in the slots of a shared region
 * (genlm-region-private.h).
 */

#define GENLM_FRAME_MAGIC 0x4d4c4e47u /* "GNLM" */
#define GENLM_FRAME_VERSION 1

#define GENLM_FRAME_MAX_VARIANT (256u << 20)
#define GENLM_FRAME_MAX_TAIL (64u << 20)

/* (name of a factory, properties) */
#define GENLM_FRAME_RECIPE_TYPE "(sa{sv})"
/* What genlm_vocab_to_variant() makes. */
#define GENLM_FRAME_VOCAB_TYPE "(uayaus)"

typedef enum
{
  /* From the parent. */

  /* Once, first. (a{sv}): settings; see genlm-worker.c for their names. */
  GENLM_FRAME_HELLO = 1,
  /* serial: a new instance. (recipe, the hash of the vocabulary that the parent
   * has already or 0, target vocabularies to coerce to, one after the other).
   * Answered with READY or FAILED. */
  GENLM_FRAME_BUILD,
  /* serial: an instance that is not asked again. */
  GENLM_FRAME_DROP,
  /* serial: of the first item; count: of items. The tail is groups of 32-bit words,
   * padded with a word of GENLM_FRAME_PAD at the end where needed:
   *   instance, method | GENLM_GROUP_* flags, number of items,
   *   and for each item: base node, number of tokens, node, slot, the tokens.
   * The context is that of the base node and the tokens; it is known by the number
   * node from then on, unless that is GENLM_NODE_NONE. Without tokens it is the
   * base node itself. With GENLM_NODE_CUT in it, the base is the context of the item
   * before, which is in the same frame and has a number, without so many of its
   * last tokens. The slot is for weights, and otherwise 0. */
  GENLM_FRAME_EVALUATE,
  /* count: of nodes; the tail is their numbers, 32 bits each. */
  GENLM_FRAME_FORGET,
  /* Ends the worker when it has answered what was asked before. */
  GENLM_FRAME_QUIT,

  /* From the worker. */

  /* serial: the instance. (traits, hash of the vocabulary, label for messages,
   * the vocabulary unless it has the hash that BUILD named). */
  GENLM_FRAME_READY = 32,
  /* serial: the instance that was not built. (domain, code, message). */
  GENLM_FRAME_FAILED,
  /* serial: the first item; count: of items that the answer is for. The tail is a
   * double for each. */
  GENLM_FRAME_SCORES,
  /* As SCORES, without a tail: the slots that EVALUATE named are filled. */
  GENLM_FRAME_WEIGHTS,
  /* As SCORES. The tail has for each: 32 bits GENLM_MASK_*, 32 bits number n, and
   * then n words of 64 bits, or n ids of 32 bits in rising order, padded to eight bytes. */
  GENLM_FRAME_MASKS,
  /* As SCORES, without a tail. (domain, code, message). */
  GENLM_FRAME_ERROR,
} GenlmFrameKind;

#define GENLM_NODE_NONE G_MAXUINT32
#define GENLM_NODE_CUT (1u << 31)
#define GENLM_FRAME_PAD G_MAXUINT32

/* The items of the group were asked one by one, and are answered and fail one by
 * one; otherwise they are one batch. */
#define GENLM_GROUP_SINGLES (1u << 8)
#define GENLM_GROUP_METHOD(word) ((word) & 0xffu)

enum
{
  GENLM_MASK_BITS,      /* words of the set */
  GENLM_MASK_IDS,       /* the members */
};

typedef struct
{
  guint32 magic;
  guint16 version;
  guint16 kind;
  guint32 variant_size;
  guint32 count;
  guint64 tail_size;
  guint64 serial;
} GenlmFrameHeader;

/* One frame that has arrived whole. What it points to is the reader's, until the
 * next call. */
typedef struct
{
  GenlmFrameKind  kind;
  guint32         count;
  guint64         serial;
  const guint8   *variant;
  gsize           variant_size;
  const guint8   *tail;         /* aligned to eight bytes */
  gsize           tail_size;
} GenlmFrame;

/* Bytes that have arrived; all zero is an empty one. */
typedef struct
{
  guint8 *data;
  gsize   start;
  gsize   end;
  gsize   capacity;
} GenlmFrameReader;

/* Bytes on their way out; all zero is an empty one. */
typedef struct
{
  guint8 *data;
  gsize   start;        /* the first that has not been sent */
  gsize   end;
  gsize   capacity;
  gsize   frame;        /* where the open frame begins */
} GenlmFrameWriter;

GVariant *genlm_frame_dup_variant     (const GenlmFrame   *frame);

guint8   *genlm_frame_reader_reserve  (GenlmFrameReader   *self,
                                       gsize              *n_bytes);
void      genlm_frame_reader_add      (GenlmFrameReader   *self,
                                       gsize               n_bytes);
gboolean  genlm_frame_reader_next     (GenlmFrameReader   *self,
                                       GenlmFrame         *frame,
                                       GError            **error);
void      genlm_frame_reader_clear    (GenlmFrameReader   *self);

void      genlm_frame_writer_begin    (GenlmFrameWriter   *self,
                                       GenlmFrameKind      kind,
                                       guint64             serial,
                                       GVariant           *variant);
gpointer  genlm_frame_writer_reserve  (GenlmFrameWriter   *self,
                                       gsize               n_bytes);
void      genlm_frame_writer_end      (GenlmFrameWriter   *self,
                                       guint32             count);
void      genlm_frame_writer_clear    (GenlmFrameWriter   *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenlmFrameReader, genlm_frame_reader_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenlmFrameWriter, genlm_frame_writer_clear)

G_END_DECLS

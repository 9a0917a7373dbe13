#pragma once

/* The parser of one grammar: exact, without a lexer that would decide for it.
 * A configuration is a set of members, each a node before which a terminal
 * began and the state of the automaton within it; where a terminal may end, the
 * node after it joins if it can go on with the byte that comes. Configurations
 * never change; equal ones are one, and remember what follows them.
 *
 * For any number of threads: the parser has a lock, which what is done with
 * handles takes by itself. What is done with configurations, and with nodes and
 * signatures, is done between genlm_earley_parser_lock() and unlock(), and
 * nothing but handles stays valid after that. What is known already is looked up
 * as a reader, beside others and beside who finds something new: readers only
 * look at what follows a configuration, and at the key of its mask. */

#include "genlm-earley-members.h"

G_BEGIN_DECLS

typedef struct _GenlmEarleyParser     GenlmEarleyParser;
typedef struct _GenlmEarleyConfig     GenlmEarleyConfig;
typedef struct _GenlmEarleyHandle     GenlmEarleyHandle;
typedef struct _GenlmEarleySignatures GenlmEarleySignatures;

struct _GenlmEarleyConfig
{
  GenlmEarleyConfig  *moved;
  GenlmEarleyHandle  *handle;
  /* By class of byte, or NULL; what is not known is NULL. */
  GenlmEarleyConfig **next;
  /* As a target's; of what is known. */
  guint8             *returns;
  guint32            *signatures;
  /* Groups of characters that do not all lead back to it at once. 0 if that is
   * not known. */
  guint64             outside;
  /* Of no other configuration, ever. */
  guint64             id;
  /* By what its mask is kept, for readers; 0 if that is not known. */
  guint64             mask;
  guint32             epoch;
  guint32             n_members;
  guint8              is_start;
  /* What follows it was found by looks too deep for a signature, or for one that
   * is found in a while. */
  guint8              is_deep;
  GenlmEarleyMember   members[];
};

GenlmEarleyParser *genlm_earley_parser_new        (GenlmEarleyRules         *rules,
                                                   const GenlmEngineLimits  *limits,
                                                   GError                  **error);
GenlmEarleyParser *genlm_earley_parser_ref        (GenlmEarleyParser        *self);
void               genlm_earley_parser_unref      (GenlmEarleyParser        *self);
GenlmEarleyRules  *genlm_earley_parser_get_rules  (GenlmEarleyParser        *self);
GenlmEarleyNodes  *genlm_earley_parser_get_nodes  (GenlmEarleyParser        *self);
guint64            genlm_earley_parser_get_memory (GenlmEarleyParser        *self);
GenlmEarleySignatures *
                   genlm_earley_parser_get_signatures
                                                  (GenlmEarleyParser        *self);
GenlmEarleyHandle *genlm_earley_parser_dup_start  (GenlmEarleyParser        *self);
GenlmEarleyHandle *genlm_earley_parser_advance    (GenlmEarleyParser        *self,
                                                   GenlmEarleyHandle        *handle,
                                                   const guint8             *bytes,
                                                   gsize                     n_bytes,
                                                   GError                  **error);
gboolean           genlm_earley_parser_find_final (GenlmEarleyParser        *self,
                                                   GenlmEarleyHandle        *handle,
                                                   gboolean                 *final,
                                                   GError                  **error);

GenlmEarleyHandle *genlm_earley_handle_ref        (GenlmEarleyHandle        *self);
void               genlm_earley_handle_unref      (GenlmEarleyHandle        *self);
gboolean           genlm_earley_handle_is_dead    (GenlmEarleyHandle        *self);

void               genlm_earley_parser_lock       (GenlmEarleyParser        *self);
void               genlm_earley_parser_unlock     (GenlmEarleyParser        *self);
void               genlm_earley_parser_lock_reader
                                                  (GenlmEarleyParser        *self);
void               genlm_earley_parser_unlock_reader
                                                  (GenlmEarleyParser        *self);
const GenlmEarleyConfig *
                   genlm_earley_parser_peek       (GenlmEarleyParser        *self,
                                                   GenlmEarleyHandle        *handle);
const GenlmByteSet *
                   genlm_earley_parser_find_after (GenlmEarleyParser        *self);
GenlmEarleyConfig *genlm_earley_parser_open       (GenlmEarleyParser        *self,
                                                   GenlmEarleyHandle        *handle,
                                                   GError                  **error);
GenlmEarleyConfig *genlm_earley_parser_step       (GenlmEarleyParser        *self,
                                                   GenlmEarleyConfig        *config,
                                                   guint8                    byte,
                                                   GError                  **error);
gboolean           genlm_earley_parser_find_config_final
                                                  (GenlmEarleyParser        *self,
                                                   const GenlmEarleyConfig  *config,
                                                   gboolean                 *final,
                                                   GError                  **error);
GenlmEarleyClock  *genlm_earley_parser_get_clock  (GenlmEarleyParser        *self);
gboolean           genlm_earley_parser_look       (GenlmEarleyParser        *self,
                                                   GenlmEarleyConfig       **configs,
                                                   guint                     n_configs,
                                                   GenlmEarleyNode         **nodes,
                                                   guint                     n_nodes,
                                                   GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyParser, genlm_earley_parser_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenlmEarleyHandle, genlm_earley_handle_unref)

G_END_DECLS

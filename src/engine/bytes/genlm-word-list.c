#include "genlm-word-list.h"

#include <stdlib.h>
#include <string.h>

/* Of a JSON escape, what has been read: "\", "\u" and so many digits of the
 * only or the high unit, and then the same of the low unit. */
enum
{
  PHASE_PLAIN,
  PHASE_BACKSLASH,
  PHASE_UNIT,
  PHASE_LOW_BACKSLASH = PHASE_UNIT + 4,
  PHASE_LOW_U,
  PHASE_LOW_UNIT,
};

/* The longest escape. */
#define MAX_ESCAPE (12u)

typedef struct
{
  /* The first bytes, so that most comparisons need no look elsewhere. */
  guint64       head;
  const guint8 *text;
  guint32       length;
  guint32       index;
} Word;

struct _GenlmWordList
{
  GenlmByteEncoding encoding;
  guint             n_words;
  guint             hash;
  gsize             n_bytes;
  guint32           max_length;
  /* Sorted by their bytes, each once. */
  Word             *words;
  guint8           *bytes;
};

static int
compare_words (gconstpointer a,
               gconstpointer b)
{
  const Word *x = a;
  const Word *y = b;
  int order;

  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  order = memcmp (x->text, y->text, MIN (x->length, y->length));
  if (order != 0)
    return order;
  if (x->length != y->length)
    return x->length < y->length ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

static guint64
read_head (const guint8 *text,
           gsize         length)
{
  guint64 head = 0;
  gsize i;

  for (i = 0; i < 8; i++)
    head = (head << 8) | (i < length ? text[i] : 0);
  return head;
}

static gboolean
same_text (const Word *x,
           const Word *y)
{
  return x->length == y->length && memcmp (x->text, y->text, x->length) == 0;
}

/* Drops what is there twice, the later one. */
static void
drop_repeated (GenlmWordList *self)
{
  guint n_kept = MIN (self->n_words, 1);
  guint i;

  for (i = 1; i < self->n_words; i++)
    if (!same_text (&self->words[i], &self->words[n_kept - 1]))
      self->words[n_kept++] = self->words[i];
  self->n_words = n_kept;
}

/* Moves the bytes of all words into one block, in order. */
static void
own_bytes (GenlmWordList *self)
{
  guint8 *at;
  guint i;

  for (i = 0; i < self->n_words; i++)
    self->n_bytes += self->words[i].length;
  at = self->bytes = g_malloc (MAX (self->n_bytes, 1));
  for (i = 0; i < self->n_words; i++)
    {
      memcpy (at, self->words[i].text, self->words[i].length);
      self->words[i].text = at;
      at += self->words[i].length;
    }
}

static guint
hash_words (const GenlmWordList *self)
{
  guint64 hash = self->encoding;
  guint i;
  gsize j;

  for (i = 0; i < self->n_words; i++)
    hash = hash * 31 + self->words[i].length + ((guint64) self->words[i].index << 32);
  for (j = 0; j < self->n_bytes; j++)
    hash = (hash ^ self->bytes[j]) * G_GUINT64_CONSTANT (0x100000001b3);
  return (guint) (hash ^ (hash >> 32));
}

/* The words are of valid UTF-8; @lengths may be left out if none holds a NUL. */
GenlmWordList *
genlm_word_list_new (GenlmByteEncoding  encoding,
                     const char *const *words,
                     const gsize       *lengths,
                     guint              n_words)
{
  GenlmWordList *self = g_new0 (GenlmWordList, 1);
  guint i;

  self->encoding = encoding;
  self->n_words = n_words;
  self->words = g_new (Word, MAX (n_words, 1));
  for (i = 0; i < n_words; i++)
    {
      const guint8 *text = (const guint8 *) words[i];
      gsize length = lengths != NULL ? lengths[i] : strlen (words[i]);

      self->max_length = MAX (self->max_length, (guint32) length);
      self->words[i] = (Word) { read_head (text, length), text, (guint32) length, i };
    }
  qsort (self->words, n_words, sizeof (Word), compare_words);
  drop_repeated (self);
  own_bytes (self);
  self->hash = hash_words (self);
  return self;
}

void
genlm_word_list_free (GenlmWordList *self)
{
  g_free (self->bytes);
  g_free (self->words);
  g_free (self);
}

guint
genlm_word_list_hash (gconstpointer self)
{
  return ((const GenlmWordList *) self)->hash;
}

/* Also in the numbers that the words have. */
gboolean
genlm_word_list_equal (gconstpointer a,
                       gconstpointer b)
{
  const GenlmWordList *x = a;
  const GenlmWordList *y = b;
  guint i;

  if (x->encoding != y->encoding || x->n_words != y->n_words || x->n_bytes != y->n_bytes
      || memcmp (x->bytes, y->bytes, x->n_bytes) != 0)
    return FALSE;
  for (i = 0; i < x->n_words; i++)
    if (x->words[i].length != y->words[i].length || x->words[i].index != y->words[i].index)
      return FALSE;
  return TRUE;
}

guint
genlm_word_list_get_size (const GenlmWordList *self)
{
  return self->n_words;
}

gsize
genlm_word_list_get_memory (const GenlmWordList *self)
{
  return sizeof (GenlmWordList) + self->n_words * sizeof (Word) + self->n_bytes;
}

/* What a word is compared by when the next step is taken: its next byte, or
 * the digits so far of the unit that an escape is to name, of which all words
 * of the cursor share all but the last. */
typedef struct
{
  guint32 depth;
  guint   shift;
  guint   phase;
} Key;

static gunichar
get_char (const Word *word,
          guint32     depth)
{
  return g_utf8_get_char ((const char *) word->text + depth);
}

static guint32
get_key (const GenlmWordList *self,
         guint32              i,
         const Key           *key)
{
  const Word *word = &self->words[i];
  gunichar character;

  if (key->phase == PHASE_PLAIN)
    return word->text[key->depth];
  character = get_char (word, key->depth);
  if (key->phase >= PHASE_LOW_UNIT)
    character = 0xdc00 | (character & 0x3ff);
  else if (character >= 0x10000)
    character = 0xd800 + ((character - 0x10000) >> 10);
  return character >> key->shift;
}

/* The first word from @low to @high whose key is not below @value. */
static guint32
find_bound (const GenlmWordList *self,
            guint32              low,
            guint32              high,
            const Key           *key,
            guint32              value)
{
  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (get_key (self, middle, key) < value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Leaves the words whose key is @value; FALSE if there are none. */
static gboolean
narrow (const GenlmWordList *self,
        GenlmWordCursor     *cursor,
        const Key           *key,
        guint32              value)
{
  cursor->low = find_bound (self, cursor->low, cursor->high, key, value);
  cursor->high = find_bound (self, cursor->low, cursor->high, key, value + 1);
  return cursor->low < cursor->high;
}

/* Leaves the words that go on; FALSE if there are none. */
static gboolean
leave_longer (const GenlmWordList *self,
              GenlmWordCursor     *cursor)
{
  if (self->words[cursor->low].length == cursor->depth)
    cursor->low++;
  return cursor->low < cursor->high;
}

static gboolean
step_byte (const GenlmWordList *self,
           GenlmWordCursor     *cursor,
           guint8               byte)
{
  Key key = { cursor->depth, 0, PHASE_PLAIN };

  if (!leave_longer (self, cursor) || !narrow (self, cursor, &key, byte))
    return FALSE;
  cursor->depth++;
  cursor->phase = PHASE_PLAIN;
  return TRUE;
}

/* A backslash, which starts an escape where a character starts, or a byte that
 * stands for itself. */
static gboolean
step_json_byte (const GenlmWordList *self,
                GenlmWordCursor     *cursor,
                guint8               byte)
{
  if (byte < 0x20 || byte == '"')
    return FALSE;
  if (byte != '\\')
    return step_byte (self, cursor, byte);
  cursor->phase = PHASE_BACKSLASH;
  return leave_longer (self, cursor)
         && (self->words[cursor->low].text[cursor->depth] & 0xc0) != 0x80;
}

static gboolean
step_short_escape (const GenlmWordList *self,
                   GenlmWordCursor     *cursor,
                   guint8               byte)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (byte == 'u')
    {
      cursor->phase = PHASE_UNIT;
      return TRUE;
    }
  found = byte != '\0' ? strchr (letters, byte) : NULL;
  return found != NULL && step_byte (self, cursor, (guint8) values[found - letters]);
}

/* Characters that need two units are behind all others in the list, and the
 * first digit of their high unit is D. So "D" leads to two places. */
static guint
step_first_digit (const GenlmWordList   *self,
                  const GenlmWordCursor *from,
                  guint                  digit,
                  GenlmWordCursor        to[2])
{
  Key lead = { from->depth, 0, PHASE_PLAIN };
  Key key = { from->depth, 12, PHASE_UNIT };
  guint32 middle = find_bound (self, from->low, from->high, &lead, 0xf0);
  GenlmWordCursor cursor = *from;
  guint n = 0;

  cursor.phase = PHASE_UNIT + 1;
  cursor.high = middle;
  if (narrow (self, &cursor, &key, digit))
    to[n++] = cursor;
  cursor.low = middle;
  cursor.high = from->high;
  if (digit == 0xd && cursor.low < cursor.high)
    to[n++] = cursor;
  return n;
}

static gboolean
step_digit (const GenlmWordList *self,
            GenlmWordCursor     *cursor,
            guint                digit)
{
  guint n_read = cursor->phase - (cursor->phase >= PHASE_LOW_UNIT ? PHASE_LOW_UNIT : PHASE_UNIT);
  Key key = { cursor->depth, 12 - 4 * n_read, cursor->phase };
  guint32 shared = get_key (self, cursor->low, &key) & ~0xfu;
  gunichar character;

  if (!narrow (self, cursor, &key, shared | digit))
    return FALSE;
  cursor->phase++;
  if (n_read < 3)
    return TRUE;
  character = get_char (&self->words[cursor->low], cursor->depth);
  if (cursor->phase == PHASE_LOW_BACKSLASH && character >= 0x10000)
    return TRUE;
  cursor->depth += (guint32) g_unichar_to_utf8 (character, NULL);
  cursor->phase = PHASE_PLAIN;
  return TRUE;
}

/* Whether some word's next character is among some. */
static gboolean
has_next (const GenlmWordList   *self,
          const GenlmWordCursor *cursor,
          guint8                 first,
          guint8                 last)
{
  Key key = { cursor->depth, 0, PHASE_PLAIN };
  guint32 low = find_bound (self, cursor->low, cursor->high, &key, first);

  return low < cursor->high && get_key (self, low, &key) <= last;
}

/* Whether some word's next character has no shorter escape than "\u00" and two
 * digits, and is not below @first and above @last. */
static gboolean
has_next_unit (const GenlmWordList   *self,
               const GenlmWordCursor *cursor,
               guint8                 first,
               guint8                 last)
{
  static const guint8 ranges[][2] = { { 0, '\b' - 1 }, { '\n' + 1, '\f' - 1 }, { '\r' + 1, 0x1f } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      guint8 low = MAX (first, ranges[i][0]);
      guint8 high = MIN (last, ranges[i][1]);

      if (low <= high && has_next (self, cursor, low, high))
        return TRUE;
    }
  return FALSE;
}

/* The words go on with "\u", of which so many digits have been read. */
static gboolean
step_plain_digit (const GenlmWordList *self,
                  GenlmWordCursor     *cursor,
                  guint                n_read,
                  guint8               digit)
{
  guint8 first = (guint8) (digit << 4);
  guint8 last = first | 0xf;

  /* The first ones are the same for all. */
  if (n_read < 2)
    {
      cursor->phase++;
      return digit == 0;
    }
  if (n_read == 3)
    first = last = (guint8) (self->words[cursor->low].text[cursor->depth] & 0xf0) | digit;
  return (n_read == 3 || digit <= 1) && has_next_unit (self, cursor, first, last)
         && step_digit (self, cursor, digit);
}

/* Where there is one way to write each character. */
static gboolean
step_plain (const GenlmWordList *self,
            GenlmWordCursor     *cursor,
            guint8               byte)
{
  static const char letters[] = "\"\\bfnrt";
  static const char values[] = "\"\\\b\f\n\r\t";
  Key key = { cursor->depth, 0, PHASE_PLAIN };
  const char *found;

  if (cursor->phase >= PHASE_UNIT)
    return g_ascii_isxdigit ((char) byte) && !g_ascii_isupper ((char) byte)
           && step_plain_digit (self, cursor, cursor->phase - PHASE_UNIT,
                                (guint8) g_ascii_xdigit_value ((char) byte));
  if (cursor->phase == PHASE_PLAIN)
    return step_json_byte (self, cursor, byte)
           && (byte != '\\' || has_next (self, cursor, 0, 0x1f)
               || has_next (self, cursor, '"', '"') || has_next (self, cursor, '\\', '\\'));
  if (byte == 'u')
    {
      cursor->phase = PHASE_UNIT;
      cursor->high = find_bound (self, cursor->low, cursor->high, &key, 0x20);
      return has_next_unit (self, cursor, 0, 0x1f);
    }
  found = byte != '\0' ? strchr (letters, byte) : NULL;
  return found != NULL && step_byte (self, cursor, (guint8) values[found - letters]);
}

/* The places where @byte leads to; returns how many there are. */
guint
genlm_word_list_step (const GenlmWordList   *self,
                      const GenlmWordCursor *from,
                      guint8                 byte,
                      GenlmWordCursor        to[2])
{
  GenlmWordCursor cursor = *from;
  gboolean ok;

  if (self->encoding == GENLM_BYTE_ENCODING_UTF8)
    ok = step_byte (self, &cursor, byte);
  else if (self->encoding == GENLM_BYTE_ENCODING_JSON_PLAIN)
    ok = step_plain (self, &cursor, byte);
  else if (from->phase == PHASE_PLAIN)
    ok = step_json_byte (self, &cursor, byte);
  else if (from->phase == PHASE_BACKSLASH)
    ok = step_short_escape (self, &cursor, byte);
  else if (from->phase == PHASE_LOW_BACKSLASH || from->phase == PHASE_LOW_U)
    {
      ok = byte == (from->phase == PHASE_LOW_U ? 'u' : '\\');
      cursor.phase++;
    }
  else if (!g_ascii_isxdigit ((char) byte))
    ok = FALSE;
  else if (from->phase == PHASE_UNIT)
    return step_first_digit (self, from, (guint) g_ascii_xdigit_value ((char) byte), to);
  else
    ok = step_digit (self, &cursor, (guint) g_ascii_xdigit_value ((char) byte));
  to[0] = cursor;
  return ok ? 1 : 0;
}

/* Whether a word has been read as a whole and no other one can be. */
gboolean
genlm_word_list_is_over (const GenlmWordList   *self,
                         const GenlmWordCursor *cursor)
{
  return cursor->low + 1 == cursor->high && genlm_word_list_find_word (self, cursor, NULL);
}

/* The number of the word that has been read as a whole. If it was given more
 * than once, that of the first. */
gboolean
genlm_word_list_find_word (const GenlmWordList   *self,
                           const GenlmWordCursor *cursor,
                           guint                 *index)
{
  const Word *word = &self->words[cursor->low];

  if (cursor->phase != PHASE_PLAIN || word->length != cursor->depth)
    return FALSE;
  if (index != NULL)
    *index = word->index;
  return TRUE;
}

/* The first word that goes on. There must be one. */
static const Word *
find_longer (const GenlmWordList   *self,
             const GenlmWordCursor *cursor)
{
  const Word *word = &self->words[cursor->low];

  return word->length == cursor->depth ? word + 1 : word;
}

/* More bytes than are needed to complete a word if none is complete. Gets less
 * with each byte that genlm_word_list_find_way() names. */
guint32
genlm_word_list_get_near (const GenlmWordList   *self,
                          const GenlmWordCursor *cursor)
{
  guint64 n_left = find_longer (self, cursor)->length - cursor->depth;

  return (guint32) MIN (n_left * MAX_ESCAPE - cursor->phase, G_MAXINT32);
}

/* As many bytes as are enough to complete what can be read. */
guint32
genlm_word_list_get_reach (const GenlmWordList   *self,
                           const GenlmWordCursor *cursor)
{
  guint64 n_left = self->max_length - cursor->depth;

  return (guint32) MIN (n_left * MAX_ESCAPE, G_MAXINT32);
}

/* A byte that leads to a word that goes on. */
guint8
genlm_word_list_find_way (const GenlmWordList   *self,
                          const GenlmWordCursor *cursor)
{
  const Word *word = find_longer (self, cursor);
  guint8 byte = word->text[cursor->depth];
  Key key = { cursor->depth, 0, cursor->phase };

  if (cursor->phase == PHASE_PLAIN)
    return self->encoding == GENLM_BYTE_ENCODING_JSON && (byte < 0x20 || byte == '"' || byte == '\\')
             ? '\\'
             : byte;
  if (cursor->phase == PHASE_BACKSLASH || cursor->phase == PHASE_LOW_U)
    return 'u';
  if (cursor->phase == PHASE_LOW_BACKSLASH)
    return '\\';
  key.shift = 12 - 4 * (cursor->phase - (cursor->phase >= PHASE_LOW_UNIT ? PHASE_LOW_UNIT : PHASE_UNIT));
  return (guint8) "0123456789abcdef"[get_key (self, (guint32) (word - self->words), &key) & 0xf];
}

/* The bit of the encoding if what follows is whole characters. */
guint
genlm_word_list_get_text (const GenlmWordList   *self,
                          const GenlmWordCursor *cursor)
{
  const Word *word = &self->words[cursor->high - 1];

  if (cursor->phase != PHASE_PLAIN
      || (cursor->depth < word->length && (word->text[cursor->depth] & 0xc0) == 0x80))
    return 0;
  return 1u << self->encoding;
}

/* Adds the bytes that the list tells apart from each other and from the
 * rest. */
void
genlm_word_list_add_bytes (const GenlmWordList *self,
                           GenlmByteSet        *set)
{
  const char *p;
  gsize i;

  for (i = 0; i < self->n_bytes; i++)
    set->words[self->bytes[i] >> 6] |= G_GUINT64_CONSTANT (1) << (self->bytes[i] & 63);
  if (self->encoding == GENLM_BYTE_ENCODING_UTF8)
    return;
  for (p = "\\/\"bfnrtu0123456789abcdefABCDEF"; *p != '\0'; p++)
    genlm_byte_set_add_range (set, (guint8) *p, (guint8) *p);
}

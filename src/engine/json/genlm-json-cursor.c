#include "genlm-json-cursor.h"

#include <string.h>

#include <genlm.h>

#include "genlm-json-canonical.h"
#include "genlm-json-number.h"

/* In the narrow style. */
#define NARROW_LEADING_SPACES (2u)

static const char *const literals[] = { "null", "false", "true" };

void
genlm_json_level_unref (GenlmJsonLevel *self)
{
  while (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    {
      GenlmJsonLevel *below = self->below;

      g_clear_pointer (&self->names, genlm_json_names_unref);
      g_free (self);
      self = below;
    }
}

/* Before the first byte. */
void
genlm_json_cursor_init (GenlmJsonCursor *self,
                        GenlmJsonBook   *book)
{
  *self = (GenlmJsonCursor) { .mode = GENLM_JSON_MODE_VALUE, .ask = book->root };
}

void
genlm_json_stepper_init (GenlmJsonStepper *self,
                         GenlmJsonBook    *book,
                         guint             max_spaces,
                         const guint8     *bytes)
{
  *self = (GenlmJsonStepper) { .book = book, .max_spaces = max_spaces, .bytes = bytes };
}

void
genlm_json_stepper_clear (GenlmJsonStepper *self)
{
  g_clear_pointer (&self->levels, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  if (self->room != NULL)
    g_string_free (self->room, TRUE);
  g_clear_error (&self->error);
}

static void
lock (GenlmJsonStepper *self)
{
  g_mutex_lock (&self->book->lock);
}

/* Whether nothing went wrong while the book was locked. */
static gboolean
unlock (GenlmJsonStepper *self,
        GenlmJsonCursor  *cursor)
{
  gboolean ok = genlm_json_book_check (self->book, self->error == NULL ? &self->error : NULL);

  g_mutex_unlock (&self->book->lock);
  if (!ok)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  return ok;
}

/* Text */

static guint64
text_length (const GenlmJsonCursor *cursor,
             gsize                  at)
{
  return (cursor->text != NULL ? cursor->text->total : 0) + (at - cursor->from);
}

/* From now on text is wanted, the byte at @at first. */
static void
start_lexeme (GenlmJsonCursor *cursor,
              gsize            at)
{
  if (!cursor->keeps_text)
    {
      cursor->text = NULL;
      cursor->from = (guint32) at;
    }
  cursor->lexeme_at = text_length (cursor, at);
}

/* What was read from a place in the text to before @at. */
static const char *
peek_text (GenlmJsonStepper      *self,
           const GenlmJsonCursor *cursor,
           guint64                start,
           gsize                  at,
           gsize                 *length)
{
  guint64 before = cursor->text != NULL ? cursor->text->total : 0;

  *length = text_length (cursor, at) - start;
  if (*length == 0)
    return "";
  if (start >= before)
    return (const char *) self->bytes + cursor->from + (start - before);
  if (self->room == NULL)
    self->room = g_string_new (NULL);
  g_string_set_size (self->room, 0);
  genlm_json_text_append (cursor->text, start, self->room);
  g_string_append_len (self->room, (const char *) self->bytes + cursor->from,
                       (gssize) (at - cursor->from));
  return self->room->str;
}

static gboolean
wants_text (const GenlmJsonCursor *cursor)
{
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_NAME:
      return cursor->state != NULL;
    case GENLM_JSON_MODE_NUMBER:
      return TRUE;
    case GENLM_JSON_MODE_STRING:
      return cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->checked;
    default:
      return FALSE;
    }
}

static gboolean
checks_regex (const GenlmJsonCursor *cursor)
{
  return cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->checks_regex;
}

/* Where in a pattern a string is that was read to before @at. */
static GenlmJsonRegex *
read_regex (GenlmJsonStepper      *self,
            const GenlmJsonCursor *cursor,
            gsize                  at)
{
  guint64 before = cursor->text != NULL ? cursor->text->total : 0;
  gboolean has_begun = cursor->lexeme_at < before;
  gsize first = cursor->from + (has_begun ? 0 : cursor->lexeme_at - before);

  return genlm_json_regex_read (has_begun ? cursor->text->regex : NULL, (const char *) self->bytes + first, at - first);
}

/* Puts the text that is still wanted aside, as the stepper's bytes are about
 * to go. The cursor owns its text afterwards, and owned it before if it had
 * any. */
void
genlm_json_stepper_keep_text (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              gsize             at)
{
  if (!cursor->keeps_text && !wants_text (cursor))
    cursor->text = NULL;
  else
    {
      if (cursor->text != NULL)
        genlm_json_text_ref (cursor->text);
      if (at > cursor->from)
        {
          GenlmJsonRegex *regex = cursor->mode == GENLM_JSON_MODE_STRING && checks_regex (cursor)
                                    ? read_regex (self, cursor, at)
                                    : NULL;

          cursor->text = genlm_json_text_new (cursor->text, self->bytes + cursor->from,
                                              at - cursor->from);
          cursor->text->regex = regex;
        }
    }
  cursor->from = 0;
}

/* Values */

/* What states hold themselves the book does not know of. */
static void
check_held (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor)
{
  guint64 held = genlm_json_names_get_memory (cursor->names);

  if (cursor->below != NULL)
    held += cursor->below->held;
  if (held <= self->book->limits.max_memory)
    return;
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (self->error == NULL)
    g_set_error (&self->error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                 "The names and items that must not come again take more than "
                 "max-memory=%" G_GUINT64_FORMAT " bytes; raise “max-memory”, or bound them by "
                 "“maxProperties” or “maxItems” in the schema",
                 self->book->limits.max_memory);
}

static void
keep_names (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            const char       *text,
            gsize             length)
{
  if (self->names == NULL)
    self->names = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_json_names_unref);
  cursor->names = genlm_json_names_add (cursor->names, text, length);
  g_ptr_array_add (self->names, cursor->names);
  check_held (self, cursor);
}

/* Whether an item before was equal to the one that ends before @at; if not, it
 * is remembered. */
static gboolean
item_is_repeated (GenlmJsonStepper *self,
                  GenlmJsonCursor  *cursor,
                  gsize             at)
{
  gsize length;
  const char *text = peek_text (self, cursor, cursor->item_at, at, &length);
  g_autoptr (GString) key = genlm_json_canonical_key (text, length);

  if (genlm_json_names_contains (cursor->names, key->str, key->len))
    return TRUE;
  keep_names (self, cursor, key->str, key->len);
  return FALSE;
}

static gboolean
may_go_on (GenlmJsonStepper *self,
           GenlmJsonCursor  *cursor)
{
  guint8 may = __atomic_load_n (&cursor->frame->may_go_on, __ATOMIC_ACQUIRE);

  if (may == GENLM_JSON_OPEN)
    {
      lock (self);
      may = (guint8) genlm_json_frame_may_go_on (self->book, cursor->frame);
      if (!unlock (self, cursor))
        return FALSE;
    }
  return may;
}

/* Whether something may still come of a frame if the last item is one of before. */
static gboolean
may_repeat (GenlmJsonStepper *self,
            GenlmJsonFrame   *frame)
{
  guint8 may = __atomic_load_n (&frame->may_repeat, __ATOMIC_ACQUIRE);

  if (may == GENLM_JSON_OPEN)
    {
      g_mutex_lock (&self->book->lock);
      may = (guint8) genlm_json_frame_may_repeat (self->book, frame);
      g_mutex_unlock (&self->book->lock);
    }
  return may;
}

/* A value has ended before @at. */
static void
end_value (GenlmJsonStepper *self,
           GenlmJsonCursor  *cursor,
           GenlmJsonResult   result,
           gsize             at)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonFrame *next;
  gboolean leaves;
  guint64 n;

  cursor->n_spaces = 0;
  if (frame != NULL)
    genlm_json_stepper_look (self, cursor,
                             cursor->has_ended ? GENLM_JSON_SIGHT_ALL : GENLM_JSON_SIGHT_OUTLOOK);
  cursor->has_ended = TRUE;
  if (frame == NULL)
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      if (genlm_json_ask_allows (self->book, cursor->ask, result))
        cursor->mode = GENLM_JSON_MODE_DONE;
      return;
    }
  cursor->mode = GENLM_JSON_MODE_AFTER;
  n = frame->n + cursor->count + 1;
  leaves = frame->room > 0 && cursor->count + 1 == frame->room;
  if (!genlm_json_slot_peek_next (cursor->slot, result, leaves, &next))
    {
      lock (self);
      next = genlm_json_slot_make_next (self->book, cursor->slot, result, leaves);
      if (!unlock (self, cursor))
        return;
    }
  if (next != NULL && frame->unique && self->blind)
    {
      cursor->has_missed = TRUE;
      self->needs_names = self->needs_names || may_repeat (self, next);
    }
  else if (next != NULL && frame->unique && item_is_repeated (self, cursor, at))
    {
      lock (self);
      next = genlm_json_frame_repeat (self->book, next);
      if (!unlock (self, cursor))
        return;
    }
  if (cursor->owns_text)
    {
      cursor->text = NULL;
      cursor->from = (guint32) at;
    }
  cursor->frame = next;
  cursor->count = next != NULL && next->room > 0 ? n - next->n : 0;
  if (next == NULL || (!next->may_close && !may_go_on (self, cursor)))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

static void
open_container (GenlmJsonStepper *self,
                GenlmJsonCursor  *cursor,
                GenlmJsonFrame   *frame,
                gsize             at)
{
  if (cursor->frame != NULL)
    {
      GenlmJsonLevel *level = g_new (GenlmJsonLevel, 1);

      g_atomic_ref_count_init (&level->ref_count);
      level->owns_text = cursor->owns_text;
      level->has_ended = cursor->has_ended;
      level->below = cursor->below != NULL ? genlm_json_level_ref (cursor->below) : NULL;
      level->frame = cursor->frame;
      level->count = cursor->count;
      level->slot = cursor->slot;
      level->names = cursor->names != NULL ? genlm_json_names_ref (cursor->names) : NULL;
      level->held = genlm_json_names_get_memory (cursor->names)
                    + (cursor->below != NULL ? cursor->below->held : 0);
      level->item_at = cursor->item_at;
      if (self->levels == NULL)
        self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) genlm_json_level_unref);
      g_ptr_array_add (self->levels, level);
      cursor->below = level;
    }
  cursor->frame = frame;
  cursor->count = 0;
  cursor->height++;
  cursor->has_ended = FALSE;
  cursor->names = NULL;
  cursor->n_spaces = 0;
  cursor->owns_text = frame->unique && !cursor->keeps_text;
  if (cursor->owns_text)
    {
      cursor->keeps_text = TRUE;
      cursor->text = NULL;
      cursor->from = (guint32) at + 1;
    }
  cursor->mode = frame->body->kind == GENLM_JSON_KIND_ARRAY ? GENLM_JSON_MODE_FIRST_ITEM
                                                            : GENLM_JSON_MODE_FIRST_NAME;
  if (!frame->may_close && !may_go_on (self, cursor))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

static void
close_container (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 gsize             at)
{
  GenlmJsonResult result = cursor->frame->result;
  GenlmJsonLevel *level = cursor->below;

  if (!cursor->frame->may_close)
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  cursor->height--;
  if (cursor->owns_text)
    {
      cursor->keeps_text = FALSE;
      cursor->text = NULL;
    }
  if (level == NULL)
    {
      cursor->frame = NULL;
      cursor->count = 0;
      cursor->n_spaces = 0;
      cursor->owns_text = FALSE;
      cursor->names = NULL;
      cursor->mode = GENLM_JSON_MODE_DONE;
      return;
    }
  cursor->below = level->below;
  cursor->frame = level->frame;
  cursor->count = level->count;
  cursor->slot = level->slot;
  cursor->names = level->names;
  cursor->item_at = level->item_at;
  cursor->owns_text = level->owns_text;
  cursor->has_ended = level->has_ended;
  end_value (self, cursor, result, at + 1);
}

static gboolean
enter_kind (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            GenlmJsonKind     kind)
{
  GenlmJsonTruth alive = genlm_json_ask_peek_kind (cursor->ask, kind);

  if (alive == GENLM_JSON_OPEN)
    {
      lock (self);
      alive = genlm_json_ask_enter (self->book, cursor->ask, kind);
      if (!unlock (self, cursor))
        return FALSE;
    }
  if (alive == GENLM_JSON_NO)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  return alive;
}

static void
check_number (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor,
              gsize             at)
{
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_NUMBER];
  g_autofree guint8 *claims = NULL;
  const char *text;
  gsize length;

  /* Of a free number only the exponent may rule out that it is an integer. */
  if (cursor->ask->number_is_free && cursor->place < GENLM_JSON_NUMBER_E)
    return;
  /* So a long number takes no longer at each byte. */
  if (!self->book->narrow
      && text_length (cursor, at + 1) - cursor->lexeme_at > GENLM_JSON_NUMBER_MAX_GUESS)
    return;
  text = peek_text (self, cursor, cursor->lexeme_at, at + 1, &length);
  if (cursor->ask->number_is_listed)
    {
      if (!genlm_json_number_may_be_listed (body, cursor->ask->number_form, text, length))
        cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  claims = g_new (guint8, MAX (body->n_claims, 1));
  lock (self);
  genlm_json_number_guess (self->book, body, cursor->ask->number_form, text, length, claims);
  if (!unlock (self, cursor))
    return;
  if (!genlm_json_goal_allows (cursor->ask->goal, claims))
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

/* Far from a bound a string is any string. */
static void
leave_bounds (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor)
{
  cursor->dfa = self->book->plain_dfa;
  cursor->state = self->book->plain;
}

static void
start_counting (GenlmJsonStepper *self,
                GenlmJsonCursor  *cursor)
{
  cursor->character = self->book->plain;
  cursor->n_chars = 0;
  if (!genlm_json_strings_is_near (cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING], 0))
    leave_bounds (self, cursor);
}

/* After a byte of a string whose characters are counted. */
static void
count_character (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 guint8            byte)
{
  GenlmJsonBook *book = self->book;
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING];
  gboolean far = genlm_json_cursor_is_far (cursor, book);
  GenlmByteDfa *dfa;

  cursor->character = far ? cursor->state
                          : genlm_byte_dfa_step (book->plain_dfa, cursor->character, byte,
                                                 self->error == NULL ? &self->error : NULL);
  if (cursor->character == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  if (cursor->character != book->plain)
    return;
  cursor->n_chars++;
  if (genlm_json_strings_is_near (body, cursor->n_chars) != far)
    return;
  lock (self);
  cursor->state = genlm_json_strings_start_later (book, body, cursor->ask->goal, cursor->n_chars, &dfa);
  if (!unlock (self, cursor))
    return;
  cursor->dfa = dfa;
  if (cursor->state == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (!far)
    leave_bounds (self, cursor);
}

static void
start_literal (GenlmJsonStepper *self,
               GenlmJsonCursor  *cursor,
               GenlmJsonKind     kind)
{
  if (!enter_kind (self, cursor, kind))
    return;
  cursor->mode = GENLM_JSON_MODE_LITERAL;
  cursor->kind = (guint8) kind;
  cursor->place = 1;
}

static void
start_value (GenlmJsonStepper *self,
             GenlmJsonCursor  *cursor,
             gsize             at)
{
  guint8 byte = self->bytes[at];

  if (cursor->keeps_text && cursor->frame != NULL && cursor->frame->unique)
    cursor->item_at = text_length (cursor, at);
  switch (byte)
    {
    case '"':
      if (!enter_kind (self, cursor, GENLM_JSON_KIND_STRING))
        return;
      cursor->mode = GENLM_JSON_MODE_STRING;
      cursor->dfa = cursor->ask->dfa;
      cursor->state = cursor->ask->string;
      cursor->character = NULL;
      if (cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING]->strings->counts)
        start_counting (self, cursor);
      start_lexeme (cursor, at + 1);
      return;
    case '{':
      if (enter_kind (self, cursor, GENLM_JSON_KIND_OBJECT))
        open_container (self, cursor, cursor->ask->object, at);
      return;
    case '[':
      if (enter_kind (self, cursor, GENLM_JSON_KIND_ARRAY))
        open_container (self, cursor, cursor->ask->array, at);
      return;
    case 'n':
      start_literal (self, cursor, GENLM_JSON_KIND_NULL);
      return;
    case 'f':
      start_literal (self, cursor, GENLM_JSON_KIND_FALSE);
      return;
    case 't':
      start_literal (self, cursor, GENLM_JSON_KIND_TRUE);
      return;
    default:
      cursor->place = (guint8) genlm_json_number_start (byte);
      if (cursor->place == GENLM_JSON_NUMBER_DEAD)
        cursor->mode = GENLM_JSON_MODE_DEAD;
      else if (enter_kind (self, cursor, GENLM_JSON_KIND_NUMBER))
        {
          cursor->mode = GENLM_JSON_MODE_NUMBER;
          start_lexeme (cursor, at);
          check_number (self, cursor, at);
        }
    }
}

/* The closing quote at @at has led to the cursor's state. */
void
genlm_json_stepper_end_string (GenlmJsonStepper *self,
                               GenlmJsonCursor  *cursor,
                               gsize             at)
{
  GenlmJsonBody *body = cursor->ask->plan->bodies[GENLM_JSON_KIND_STRING];
  g_autoptr (GenlmJsonRegex) regex = NULL;
  GenlmJsonResult result;
  gsize length = 0;
  const char *text = NULL;

  if (genlm_json_cursor_is_far (cursor, self->book))
    {
      lock (self);
      result = genlm_json_strings_judge_length (self->book, body, cursor->n_chars);
      if (!unlock (self, cursor))
        return;
    }
  else if (!genlm_json_strings_peek_result (body->strings, cursor->state, &result))
    {
      if (body->strings->checks_regex)
        regex = read_regex (self, cursor, at);
      if (body->strings->checks_text)
        text = peek_text (self, cursor, cursor->lexeme_at, at, &length);
      lock (self);
      result = genlm_json_strings_judge (self->book, body, cursor->state, text, length, regex);
      if (!unlock (self, cursor))
        return;
    }
  if (!genlm_json_ask_allows (self->book, cursor->ask, result))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    end_value (self, cursor, result, at + 1);
}

static void
step_string (GenlmJsonStepper *self,
             GenlmJsonCursor  *cursor,
             gsize             at)
{
  cursor->state = genlm_byte_dfa_step (cursor->dfa, cursor->state, self->bytes[at],
                                       self->error == NULL ? &self->error : NULL);
  if (cursor->state == NULL || cursor->state == cursor->dfa->dead)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (cursor->state->accepting)
    genlm_json_stepper_end_string (self, cursor, at);
  else if (cursor->character != NULL)
    count_character (self, cursor, self->bytes[at]);
}

/* The claims that hold of the number that ends before @at. */
static gboolean
judge_number (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor,
              gsize             at,
              GenlmJsonResult  *result)
{
  GenlmJsonAsk *ask = cursor->ask;
  GenlmJsonBody *body = ask->plan->bodies[GENLM_JSON_KIND_NUMBER];
  g_autofree guint8 *claims = NULL;
  const char *text;
  gsize length;

  if (!genlm_json_number_is_whole (cursor->place))
    return FALSE;
  if (ask->number_is_free
      && (cursor->place == GENLM_JSON_NUMBER_ZERO || cursor->place == GENLM_JSON_NUMBER_WHOLE))
    *result = ask->whole;
  else if (at == cursor->from && cursor->text != NULL && cursor->text == self->number
           && ask == self->number_ask)
    *result = self->number_result;
  else
    {
      claims = g_new (guint8, MAX (body->n_claims, 1));
      text = peek_text (self, cursor, cursor->lexeme_at, at, &length);
      lock (self);
      genlm_json_number_judge (self->book, body, text, length, claims);
      *result = genlm_json_book_make_result (self->book, claims, body->n_claims);
      if (!unlock (self, cursor))
        return FALSE;
      if (at == cursor->from)
        {
          self->number = cursor->text;
          self->number_ask = ask;
          self->number_result = *result;
        }
    }
  return genlm_json_ask_allows (self->book, ask, *result);
}

/* Names */

static void
start_name (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            gsize             at)
{
  GenlmJsonFrame *frame = cursor->frame;

  if (!__atomic_load_n (&frame->has_keys, __ATOMIC_ACQUIRE))
    {
      lock (self);
      genlm_json_frame_make_keys (self->book, frame);
      if (!unlock (self, cursor))
        return;
    }
  cursor->mode = GENLM_JSON_MODE_NAME;
  cursor->n_spaces = 0;
  cursor->dfa = frame->dfa;
  cursor->state = frame->others;
  cursor->n_words = 0;
  if (frame->body->words->len > 0)
    {
      cursor->n_words = 1;
      cursor->words[0] = (GenlmWordCursor) { .high = frame->body->words->len };
    }
  start_lexeme (cursor, at + 1);
}

static void
end_name_with (GenlmJsonStepper *self,
               GenlmJsonCursor  *cursor,
               GenlmJsonSlot    *slot)
{
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (slot->ask == NULL)
    return;
  cursor->mode = GENLM_JSON_MODE_COLON;
  cursor->slot = slot;
  cursor->ask = slot->ask;
  cursor->n_spaces = 0;
}

/* The closing quote of a name that the schemas know. */
static void
end_word (GenlmJsonStepper *self,
          GenlmJsonCursor  *cursor,
          guint             word)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonClass *klass = __atomic_load_n (&genlm_json_body_peek_word (frame->body, word)->klass,
                                           __ATOMIC_ACQUIRE);
  GenlmJsonSlot *slot = klass != NULL ? genlm_json_frame_peek_slot (frame, klass) : NULL;

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_ALL);
  if (!genlm_json_frame_may_have (frame, word, word + 1))
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  if (slot == NULL)
    {
      lock (self);
      klass = genlm_json_body_get_word_class (self->book, frame->body, word);
      slot = genlm_json_frame_get_slot (self->book, frame, klass);
      if (!unlock (self, cursor))
        return;
    }
  end_name_with (self, cursor, slot);
}

/* The class of the name that @text is, by the state after its closing quote. */
static GenlmJsonSlot *
find_other_slot (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 const char       *text,
                 gsize             length)
{
  GenlmJsonFrame *frame = cursor->frame;
  GenlmJsonBody *body = frame->body;
  GenlmJsonSlot *slot = NULL;
  GenlmJsonResult result = 0;

  if (body->tests == NULL)
    slot = __atomic_load_n (&frame->other, __ATOMIC_ACQUIRE);
  if (slot != NULL)
    return slot;
  lock (self);
  if (body->tests != NULL)
    result = genlm_json_strings_judge (self->book, body->tests, cursor->state, text, length, NULL);
  slot = genlm_json_frame_get_slot (self->book, frame,
                                    genlm_json_body_get_name_class (self->book, body, result));
  if (body->tests == NULL)
    __atomic_store_n (&frame->other, slot, __ATOMIC_RELEASE);
  return unlock (self, cursor) ? slot : NULL;
}

/* The closing quote at @at of a name that the schemas do not know. */
void
genlm_json_stepper_end_other (GenlmJsonStepper *self,
                              GenlmJsonCursor  *cursor,
                              gsize             at)
{
  gsize length;
  const char *text;
  g_autoptr (GString) name = NULL;
  GenlmJsonSlot *slot;

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_ALL);
  text = peek_text (self, cursor, cursor->lexeme_at, at, &length);
  slot = find_other_slot (self, cursor, text, length);
  if (slot != NULL)
    end_name_with (self, cursor, slot);
  if (cursor->mode == GENLM_JSON_MODE_DEAD)
    return;
  if (self->blind)
    {
      cursor->has_missed = TRUE;
      return;
    }
  name = genlm_json_text_decode (text, length);
  if (genlm_json_names_contains (cursor->names, name->str, name->len))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    keep_names (self, cursor, name->str, name->len);
}

static void
end_name (GenlmJsonStepper *self,
          GenlmJsonCursor  *cursor,
          gsize             at)
{
  guint word;
  guint i;

  for (i = 0; i < cursor->n_words; i++)
    if (genlm_word_list_find_word (cursor->frame->body->list, &cursor->words[i], &word))
      {
        end_word (self, cursor, word);
        return;
      }
  if (cursor->state == NULL)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else
    genlm_json_stepper_end_other (self, cursor, at);
}

static gboolean
name_ends (const GenlmJsonCursor *cursor)
{
  guint i;

  if (cursor->state != NULL)
    return cursor->state->accepting;
  for (i = 0; i < cursor->n_words; i++)
    if (cursor->words[i].phase == 0)
      return TRUE;
  return FALSE;
}

/* The words that agree with what was read; those that may not come among them
 * as long as other names may, which must not be one of them. */
static void
step_words (GenlmJsonCursor *cursor,
            guint8           byte)
{
  const GenlmWordList *list = cursor->frame->body->list;
  GenlmWordCursor from[2] = { cursor->words[0], cursor->words[1] };
  GenlmWordCursor to[2];
  guint n = 0;
  guint i;
  guint j;

  for (i = 0; i < cursor->n_words; i++)
    {
      guint n_to = genlm_word_list_step (list, &from[i], byte, to);

      for (j = 0; j < n_to; j++)
        if (n < 2
            && (cursor->state != NULL
                || genlm_json_frame_may_have (cursor->frame, to[j].low, to[j].high)))
          cursor->words[n++] = to[j];
    }
  cursor->n_words = (guint8) n;
}

static void
step_name (GenlmJsonStepper *self,
           GenlmJsonCursor  *cursor,
           gsize             at)
{
  guint8 byte = self->bytes[at];

  if (cursor->state != NULL)
    {
      cursor->state = genlm_byte_dfa_step (cursor->dfa, cursor->state, byte,
                                           self->error == NULL ? &self->error : NULL);
      if (cursor->state == NULL)
        {
          cursor->mode = GENLM_JSON_MODE_DEAD;
          return;
        }
      if (cursor->state == cursor->dfa->dead)
        cursor->state = NULL;
    }
  if (byte == '"' && name_ends (cursor))
    {
      end_name (self, cursor, at);
      return;
    }
  if (cursor->n_words > 0)
    {
      step_words (cursor, byte);
      genlm_json_stepper_look (self, cursor,
                               cursor->n_words > 0 || g_ascii_isalnum (byte)
                                 ? GENLM_JSON_SIGHT_ALL
                                 : GENLM_JSON_SIGHT_NAMES);
    }
  else
    genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_NAMES);
  if (cursor->state == NULL && cursor->n_words == 0)
    cursor->mode = GENLM_JSON_MODE_DEAD;
}

/* Structure */

static void
want_item (GenlmJsonStepper *self,
           GenlmJsonCursor  *cursor)
{
  GenlmJsonSlot *slot = __atomic_load_n (&cursor->frame->item, __ATOMIC_ACQUIRE);

  if (slot == NULL)
    {
      lock (self);
      slot = genlm_json_frame_get_item (self->book, cursor->frame);
      if (!unlock (self, cursor))
        return;
    }
  cursor->mode = GENLM_JSON_MODE_DEAD;
  if (slot->ask == NULL)
    return;
  cursor->mode = GENLM_JSON_MODE_VALUE;
  cursor->slot = slot;
  cursor->ask = slot->ask;
  cursor->n_spaces = 0;
}

static void
step_after (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            gsize             at)
{
  gboolean array = cursor->frame->body->kind == GENLM_JSON_KIND_ARRAY;
  guint8 byte = self->bytes[at];

  genlm_json_stepper_look (self, cursor, GENLM_JSON_SIGHT_OUTLOOK);
  if (byte == (array ? ']' : '}'))
    close_container (self, cursor, at);
  else if (byte != ',' || !may_go_on (self, cursor))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (array)
    want_item (self, cursor);
  else
    {
      cursor->mode = GENLM_JSON_MODE_NEXT_NAME;
      cursor->n_spaces = 0;
    }
}

static void
step_first_item (GenlmJsonStepper *self,
                 GenlmJsonCursor  *cursor,
                 gsize             at)
{
  if (self->bytes[at] == ']')
    {
      close_container (self, cursor, at);
      return;
    }
  want_item (self, cursor);
  if (cursor->mode == GENLM_JSON_MODE_VALUE)
    start_value (self, cursor, at);
}

static void
step_literal (GenlmJsonStepper *self,
              GenlmJsonCursor  *cursor,
              gsize             at)
{
  const char *text = literals[cursor->kind];

  if ((guint8) text[cursor->place] != self->bytes[at])
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (text[++cursor->place] == '\0')
    end_value (self, cursor, cursor->ask->results[cursor->kind], at + 1);
}

/* No tabs, no empty lines, and two characters before the value at most. */
static void
check_narrow_space (GenlmJsonStepper *self,
                    GenlmJsonCursor  *cursor,
                    guint8            byte)
{
  gboolean leading = cursor->mode == GENLM_JSON_MODE_VALUE && cursor->frame == NULL;

  if (byte == '\t' || byte == '\r' || (leading && cursor->n_spaces > NARROW_LEADING_SPACES)
      || (byte == '\n' && (cursor->n_spaces & GENLM_JSON_CURSOR_NEWLINE) != 0))
    cursor->mode = GENLM_JSON_MODE_DEAD;
  else if (byte == '\n' && !leading)
    cursor->n_spaces |= GENLM_JSON_CURSOR_NEWLINE;
}

static void
step_space (GenlmJsonStepper *self,
            GenlmJsonCursor  *cursor,
            guint8            byte)
{
  if ((++cursor->n_spaces & ~GENLM_JSON_CURSOR_NEWLINE) > self->max_spaces)
    cursor->mode = GENLM_JSON_MODE_DEAD;
  if (self->book->narrow)
    check_narrow_space (self, cursor, byte);
}

/* A byte that is part of no string, number or literal. */
static void
step_structure (GenlmJsonStepper *self,
                GenlmJsonCursor  *cursor,
                gsize             at)
{
  guint8 byte = self->bytes[at];

  if (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r')
    {
      step_space (self, cursor, byte);
      return;
    }
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_VALUE:
      start_value (self, cursor, at);
      break;
    case GENLM_JSON_MODE_FIRST_ITEM:
      step_first_item (self, cursor, at);
      break;
    case GENLM_JSON_MODE_FIRST_NAME:
      if (byte == '}')
        close_container (self, cursor, at);
      else if (byte == '"' && may_go_on (self, cursor))
        start_name (self, cursor, at);
      else
        cursor->mode = GENLM_JSON_MODE_DEAD;
      break;
    case GENLM_JSON_MODE_NEXT_NAME:
      if (byte == '"')
        start_name (self, cursor, at);
      else
        cursor->mode = GENLM_JSON_MODE_DEAD;
      break;
    case GENLM_JSON_MODE_COLON:
      cursor->mode = byte == ':' ? GENLM_JSON_MODE_VALUE : GENLM_JSON_MODE_DEAD;
      cursor->n_spaces = 0;
      break;
    case GENLM_JSON_MODE_AFTER:
      step_after (self, cursor, at);
      break;
    default:
      cursor->mode = GENLM_JSON_MODE_DEAD;
    }
}

static void
step_number (GenlmJsonStepper *self,
             GenlmJsonCursor  *cursor,
             gsize             at)
{
  GenlmJsonNumberPlace place = genlm_json_number_next (cursor->ask->number_form,
                                                       cursor->place, self->bytes[at]);
  GenlmJsonResult result;

  if (place != GENLM_JSON_NUMBER_DEAD)
    {
      cursor->place = (guint8) place;
      check_number (self, cursor, at);
      return;
    }
  if (!judge_number (self, cursor, at, &result))
    {
      cursor->mode = GENLM_JSON_MODE_DEAD;
      return;
    }
  end_value (self, cursor, result, at);
  if (cursor->mode != GENLM_JSON_MODE_DEAD)
    step_structure (self, cursor, at);
}

/* Takes the cursor over the stepper's byte at @at. After an error it is dead. */
void
genlm_json_stepper_step (GenlmJsonStepper *self,
                         GenlmJsonCursor  *cursor,
                         gsize             at)
{
  switch (cursor->mode)
    {
    case GENLM_JSON_MODE_DEAD:
      break;
    case GENLM_JSON_MODE_STRING:
      step_string (self, cursor, at);
      break;
    case GENLM_JSON_MODE_NAME:
      step_name (self, cursor, at);
      break;
    case GENLM_JSON_MODE_NUMBER:
      step_number (self, cursor, at);
      break;
    case GENLM_JSON_MODE_LITERAL:
      step_literal (self, cursor, at);
      break;
    default:
      step_structure (self, cursor, at);
    }
}

/* Whether the text is whole before the stepper's byte at @at. */
gboolean
genlm_json_cursor_complete (GenlmJsonStepper *stepper,
                            GenlmJsonCursor  *self,
                            gsize             at)
{
  GenlmJsonResult result;

  if (self->mode == GENLM_JSON_MODE_DONE)
    return TRUE;
  return self->mode == GENLM_JSON_MODE_NUMBER && self->frame == NULL
         && judge_number (stepper, self, at, &result);
}

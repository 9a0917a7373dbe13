/* A model of libllama with its vocabulary: what is read-only once it is loaded. */

#define G_LOG_DOMAIN "Genlm-Llama"

#include "genlm-llama-model-private.h"

#include "genlm-llama-config.h"
#include "genlm-llama-gguf-private.h"

#include <ggml-backend.h>
#include <string.h>

#define NO_LOGIT   G_MAXUINT32
#define LOG_LENGTH 1024

/* What libllama said last about an error. Its log is one for the process. */
static GMutex log_mutex;
static GString *log_errors;

/* Errors of libllama are not warnings of ours: whoever called it reports them. */
static void
log_message (enum ggml_log_level  level,
             const char          *text,
             void                *user_data)
{
  g_autofree char *line = NULL;

  /* Its debugging output is thousands of lines. */
  if (level == GGML_LOG_LEVEL_DEBUG)
    return;

  line = g_strchomp (g_utf8_make_valid (text, -1));
  if (line[0] == '\0' || strcmp (line, ".") == 0)
    return;
  g_debug ("%s", line);

  if (level == GGML_LOG_LEVEL_ERROR)
    {
      g_mutex_lock (&log_mutex);
      if (log_errors->len + strlen (line) < LOG_LENGTH)
        g_string_append_printf (log_errors, "%s%s", log_errors->len > 0 ? "; " : "", line);
      g_mutex_unlock (&log_mutex);
    }
}

/* Returns the errors that libllama told since the last call, for a message. */
char *
genlm_llama_take_log (void)
{
  char *errors;

  g_mutex_lock (&log_mutex);
  errors = g_strdup (log_errors->len > 0 ? log_errors->str : "libllama does not say why");
  g_string_truncate (log_errors, 0);
  g_mutex_unlock (&log_mutex);
  return errors;
}

/* Sets libllama up for this process, once. */
void
genlm_llama_set_up (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;

  /* Or it starts a debugger when it aborts. */
  g_setenv ("GGML_NO_BACKTRACE", "1", FALSE);
  log_errors = g_string_new (NULL);
  llama_log_set (log_message, NULL);

  /* Where backends are modules, libllama would look for them in the folder of
   * the program and in the current one: not found, or not to be trusted. */
  if (ggml_backend_dev_count () == 0)
    ggml_backend_load_all_from_path (GENLM_LLAMA_LIBDIR);
  llama_backend_init ();
  g_once_init_leave (&done, 1);
}

/* A version in which a struct that is passed by value has grown has the same
 * SONAME, so that the version itself is compared. */
gboolean
genlm_llama_check_version (const char  *built,
                           const char  *running,
                           GError     **error)
{
  gsize length = strlen (built);

  if (strncmp (built, running, length) == 0 && (running[length] == '\0' || running[length] == '-'))
    return TRUE;

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "libllama %s was found, but the plugin was built against %s, and their structs may differ; "
               "build the plugin again or set LD_LIBRARY_PATH to the folder of libllama %s",
               running, built, built);
  return FALSE;
}

static gboolean
check_kind (GenlmLlamaModel  *self,
            GError          **error)
{
  const char *what = NULL;

  if (llama_model_has_encoder (self->model) || !llama_model_has_decoder (self->model))
    what = "an encoder";
  else if (llama_model_is_diffusion (self->model))
    what = "a diffusion model";
  else if (llama_model_is_recurrent (self->model) || llama_model_is_hybrid (self->model))
    what = "a recurrent model, whose state cannot be cut off at a prefix";
  else if (llama_vocab_type (self->llama_vocab) == LLAMA_VOCAB_TYPE_NONE)
    what = "a model without a vocabulary";

  if (what == NULL)
    return TRUE;

  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_NOT_SUPPORTED,
               "it is %s; a decoder that predicts the next token is needed", what);
  return FALSE;
}

/* What libllama calls a token without text. */
static gboolean
is_named_empty (llama_token   token,
                const guint8 *piece,
                gsize         length)
{
  char name[32];

  g_snprintf (name, sizeof name, "[EMPTY_%d]", token);
  return length == strlen (name) && memcmp (piece, name, length) == 0;
}

/* Appends the bytes that a token stands for. */
static gboolean
append_piece (GenlmLlamaModel  *self,
              llama_token       token,
              GByteArray       *bytes,
              GError          **error)
{
  guint offset = bytes->len;
  gint32 length, size = 64;

  g_byte_array_set_size (bytes, offset + size);
  length = llama_token_to_piece (self->llama_vocab, token, (char *) bytes->data + offset, size, 0, true);
  if (length < 0)
    {
      size = -length;
      g_byte_array_set_size (bytes, offset + size);
      length = llama_token_to_piece (self->llama_vocab, token, (char *) bytes->data + offset, size, 0, true);
    }
  if (length < 0)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "libllama cannot spell the token %d", token);
      return FALSE;
    }

  if (is_named_empty (token, bytes->data + offset, length))
    length = 0;
  g_byte_array_set_size (bytes, offset + length);
  return TRUE;
}

/* Whether the piece is not what the token stands for in a text: control tokens,
 * and those that libllama can only describe. */
static gboolean
is_spelling_only (GenlmLlamaModel *self,
                  llama_token      token,
                  const guint8    *piece,
                  gsize            length)
{
  static const char unknown[] = "[UNK_BYTE_0x";

  if (llama_vocab_is_control (self->llama_vocab, token) ||
      (llama_vocab_get_attr (self->llama_vocab, token) & LLAMA_TOKEN_ATTR_UNKNOWN) != 0)
    return TRUE;

  return length >= strlen (unknown) && memcmp (piece, unknown, strlen (unknown)) == 0 &&
         strstr (llama_vocab_get_text (self->llama_vocab, token), unknown) == NULL;
}

static const char *
get_end_name (GenlmLlamaModel *self)
{
  llama_token eos = llama_vocab_eos (self->llama_vocab);

  if (eos != LLAMA_TOKEN_NULL && llama_vocab_is_eog (self->llama_vocab, eos))
    return llama_vocab_get_text (self->llama_vocab, eos);
  return self->n_end_ids > 0 ? llama_vocab_get_text (self->llama_vocab, self->end_ids[0]) : "EOS";
}

static gboolean
read_vocab (GenlmLlamaModel  *self,
            GError          **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) data = NULL;
  g_autofree guint32 *offsets = NULL;
  gsize n = 0;

  self->n_logits = llama_vocab_n_tokens (self->llama_vocab);
  offsets = g_new (guint32, self->n_logits + 1);
  self->map = g_new (guint32, self->n_logits);
  self->open_map = g_new (guint32, self->n_logits);
  self->closed_map = g_new (guint32, self->n_logits);
  self->end_ids = g_new (guint32, self->n_logits);
  offsets[0] = 0;

  for (gsize id = 0; id < self->n_logits; id++)
    {
      gsize length;

      if (llama_vocab_is_eog (self->llama_vocab, id))
        {
          self->end_ids[self->n_end_ids++] = id;
          continue;
        }

      if (!append_piece (self, id, bytes, error))
        return FALSE;

      length = bytes->len - offsets[n];
      self->map[n] = id;
      self->open_map[n] = length == 0 ? NO_LOGIT : id;
      self->closed_map[n] = is_spelling_only (self, id, bytes->data + offsets[n], length) ? NO_LOGIT : self->open_map[n];
      offsets[++n] = bytes->len;
    }

  data = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  self->vocab = genlm_vocab_new_flat (data, offsets, n + 1, get_end_name (self), error);
  return self->vocab != NULL;
}

/* Loads a model file, after it has been checked. */
GenlmLlamaModel *
genlm_llama_model_load (const char  *path,
                        GError     **error)
{
  g_autoptr (GenlmLlamaModel) self = g_new0 (GenlmLlamaModel, 1);

  genlm_llama_set_up ();
  if (!genlm_llama_gguf_check (path, error))
    return NULL;

  g_free (genlm_llama_take_log ());
  self->model = llama_model_load_from_file (path, llama_model_default_params ());
  if (self->model == NULL)
    {
      g_autofree char *reason = genlm_llama_take_log ();

      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "libllama cannot load it: %s", reason);
      return NULL;
    }

  self->llama_vocab = llama_model_get_vocab (self->model);
  if (!check_kind (self, error) || !read_vocab (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
genlm_llama_model_free (GenlmLlamaModel *self)
{
  g_clear_pointer (&self->vocab, genlm_vocab_unref);
  g_free (self->map);
  g_free (self->open_map);
  g_free (self->closed_map);
  g_free (self->end_ids);
  g_clear_pointer (&self->model, llama_model_free);
  g_free (self);
}

/* The token that begins a text, or LLAMA_TOKEN_NULL. Where a file names none,
 * libllama assumes a number, which may be any token. */
static llama_token
get_bos (GenlmLlamaModel *self)
{
  llama_token bos = llama_vocab_bos (self->llama_vocab);

  return bos != LLAMA_TOKEN_NULL && llama_vocab_is_control (self->llama_vocab, bos) ? bos : LLAMA_TOKEN_NULL;
}

/* Returns the tokens of a prompt: never none, since a model must have read
 * something before it can predict. */
guint32 *
genlm_llama_model_tokenize (GenlmLlamaModel  *self,
                            const char       *text,
                            gboolean          parse_special,
                            gsize            *n_tokens,
                            GError          **error)
{
  llama_token bos = get_bos (self);
  gsize length = strlen (text);
  g_autofree llama_token *tokens = NULL;
  gint32 size, n, first = 0;
  guint32 *ids;

  if (length > G_MAXINT32 - 16)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
                   "the prompt is too long: %" G_GSIZE_FORMAT " bytes", length);
      return NULL;
    }

  /* No token is shorter than a byte, and few are added. */
  size = length + 16;
  tokens = g_new (llama_token, size);
  n = llama_tokenize (self->llama_vocab, text, length, tokens, size, true, parse_special);
  if (n < 0)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "libllama cannot divide the prompt into tokens");
      return NULL;
    }

  /* Some vocabularies also add what ends a text. */
  if (n > 0 && llama_vocab_get_add_eos (self->llama_vocab) && tokens[n - 1] == llama_vocab_eos (self->llama_vocab))
    n--;

  if (n == 0 && bos == LLAMA_TOKEN_NULL)
    {
      g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_INVALID_PROPERTY,
                   "the prompt is empty, and the model has no token that begins a text; give it a prompt");
      return NULL;
    }
  if (n == 0)
    tokens[n++] = bos;

  /* One that stands in the text, beside one that was added. */
  if (n > 1 && tokens[0] == bos && tokens[1] == bos)
    first = 1;

  ids = g_new (guint32, n - first);
  for (gint32 i = first; i < n; i++)
    ids[i - first] = tokens[i];
  *n_tokens = n - first;
  return ids;
}

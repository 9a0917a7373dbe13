#include "genlm-earley-parser.h"

#include <genlm.h>
#include <string.h>

#include "genlm-earley-lock.h"
#include "genlm-earley-signatures.h"
#include "genlm-earley-table.h"

/* The part of the memory that signatures may take. */
#define SIGNATURE_SHARE (8u)

/* What somebody outside holds: the configuration it stands for may be moved. */
struct _GenlmEarleyHandle
{
  gint               ref_count;
  gint               ending; /* what is known of it */
  gboolean           is_dead;
  GenlmEarleyParser *parser;
  GenlmEarleyConfig *config;
  GenlmEarleyHandle *previous;
  GenlmEarleyHandle *next;
};

/* Some of the handles. While there is one, the shelf has a reference to the
 * parser. */
#define N_SHELVES (16u)

typedef struct
{
  GMutex             mutex;
  GenlmEarleyHandle *handles;
} Shelf;

/* Whether the text may end. */
enum
{
  ENDING_UNKNOWN,
  ENDING_NO,
  ENDING_YES,
};

struct _GenlmEarleyParser
{
  gatomicrefcount        ref_count;
  /* Of who finds something new. */
  GMutex                 mutex;
  /* What is only looked up is so by any number of threads, beside him: he takes
   * this one, too, only where something is moved. Handles have locks of their own,
   * which are taken after it. */
  GenlmEarleyLock        lock;
  Shelf                  shelves[N_SHELVES]; /* by the configuration's id */
  GenlmEarleyRules      *rules;
  GenlmEarleyNodes      *nodes;
  GenlmEarleySignatures *signatures;
  GenlmEngineLimits      limits;
  GenlmEarleyClock       clock;
  /* When it takes more than this, what nobody holds is let go. */
  guint64                threshold;
  GenlmEarleyTable       configs;
  guint64                last_id;
  GenlmEarleyConfig     *start;
  GenlmEarleyConfig     *dead;
  /* By label; NULL where nothing is known. */
  GenlmByteSet          *after;
  /* Of a configuration that is being made. */
  gboolean               returns;
  GenlmEarleyMembers    *members;
  GPtrArray             *forks; /* after a terminal */
  GPtrArray             *kept;  /* after ignored text */
};

/* --- Configurations ------------------------------------------------------ */

static GenlmEarleyConfig *
make_config (GenlmEarleyParser *self)
{
  guint32 n_members;
  const GenlmEarleyMember *members = genlm_earley_members_peek (self->members, &n_members);
  gsize size = n_members * sizeof (GenlmEarleyMember);
  GenlmEarleyConfig *config;

  config = genlm_earley_heap_alloc (genlm_earley_nodes_get_heap (self->nodes),
                                    sizeof *config + size);
  memset (config, 0, sizeof *config);
  config->id = ++self->last_id;
  config->n_members = n_members;
  if (n_members > 0)
    memcpy (config->members, members, size);
  return config;
}

static guint64
hash_members (const GenlmEarleyMember *members,
              guint                    n_members)
{
  guint64 hash = n_members;
  guint i;

  for (i = 0; i < n_members; i++)
    hash = genlm_earley_hash_add (hash, ((guint64) members[i].state->index << 32)
                                          | members[i].node->id);
  return hash;
}

static gboolean
has_members (gconstpointer value,
             gconstpointer wanted)
{
  const GenlmEarleyConfig *config = value;
  guint32 n_members;
  const GenlmEarleyMember *members = genlm_earley_members_peek ((GenlmEarleyMembers *) wanted,
                                                                &n_members);

  return config->n_members == n_members
         && memcmp (config->members, members, n_members * sizeof (GenlmEarleyMember)) == 0;
}

/* The configuration of the listed members. */
static GenlmEarleyConfig *
intern (GenlmEarleyParser *self)
{
  guint32 n_members;
  const GenlmEarleyMember *members = genlm_earley_members_peek (self->members, &n_members);
  GenlmEarleyConfig *config;
  guint64 hash;

  if (n_members == 0)
    return self->dead;
  hash = hash_members (members, n_members);
  config = genlm_earley_table_lookup (&self->configs, hash, has_members, self->members);
  if (config != NULL)
    return config;
  config = make_config (self);
  genlm_earley_table_insert (&self->configs, hash, config);
  return config;
}

/* Adds a node that is to be gone on with from here, if it can with the byte. */
static gboolean
add_fork (GenlmEarleyParser  *self,
          GPtrArray          *forks,
          GenlmEarleyNode    *node,
          guint8              byte,
          GError            **error)
{
  GenlmByteState *lexer;
  GenlmByteState *next;
  guint i;

  for (i = 0; i < forks->len; i++)
    if (g_ptr_array_index (forks, i) == node)
      return TRUE;
  lexer = genlm_earley_nodes_find_lexer (self->nodes, node, forks == self->kept, error);
  if (lexer == NULL)
    return FALSE;
  next = genlm_byte_dfa_step (self->rules->dfa, lexer, byte, error);
  if (next == NULL)
    return FALSE;
  if (next != self->rules->dfa->dead)
    g_ptr_array_add (forks, node);
  return TRUE;
}

/* Whether anything that begins with the byte comes, in any text, after what the
 * state accepts: without a look at what comes after it here. */
static gboolean
may_follow (const GenlmEarleyParser *self,
            const GenlmByteState    *state,
            guint8                   byte)
{
  guint32 i;

  for (i = 0; i < state->n_accepts; i++)
    if (self->after == NULL || genlm_byte_set_contains (&self->after[state->accepts[i]], byte))
      return TRUE;
  return FALSE;
}

static gboolean
step_member (GenlmEarleyParser  *self,
             GenlmEarleyNode    *node,
             GenlmByteState     *state,
             guint8              byte,
             GError            **error)
{
  GenlmByteState *next = genlm_byte_dfa_step (self->rules->dfa, state, byte, error);
  const GenlmEarleyTarget *target;

  if (next == NULL)
    return FALSE;
  if (next != self->rules->dfa->dead)
    genlm_earley_members_add (self->members, node, next);
  if (!may_follow (self, state, byte))
    return TRUE;
  target = genlm_earley_nodes_find_target (self->nodes, node,
                                           genlm_earley_nodes_find_accept (self->nodes, state),
                                           error);
  if (target == NULL)
    return FALSE;
  self->returns |= target->returns;
  if (target->node != NULL && !add_fork (self, self->forks, target->node, byte, error))
    return FALSE;
  return !target->keeps || add_fork (self, self->kept, node, byte, error);
}

/* All terminals that begin with this byte begin in one node, or in another one
 * after ignored text, so that there are no more members than twice the bytes
 * that were read. */
static gboolean
join_forks (GenlmEarleyParser  *self,
            GPtrArray          *forks,
            guint8              byte,
            GError            **error)
{
  GenlmEarleyNode *node;
  GenlmByteState *lexer;
  GenlmByteState *next;

  if (forks->len == 0)
    return TRUE;
  node = genlm_earley_nodes_unite (self->nodes, (GenlmEarleyNode **) forks->pdata, forks->len);
  node = genlm_earley_nodes_find_same (self->nodes, node, error);
  if (node == NULL)
    return FALSE;
  lexer = genlm_earley_nodes_find_lexer (self->nodes, node, forks == self->kept, error);
  if (lexer == NULL)
    return FALSE;
  next = genlm_byte_dfa_step (self->rules->dfa, lexer, byte, error);
  if (next == NULL)
    return FALSE;
  genlm_earley_members_add (self->members, node, next);
  return TRUE;
}

static GenlmEarleyConfig *
add_transition (GenlmEarleyParser  *self,
                GenlmEarleyConfig  *config,
                guint8              byte,
                GError            **error)
{
  guint n_classes = self->rules->dfa->n_classes;
  gsize size = n_classes * (sizeof (gpointer) + sizeof (guint8));
  GenlmEarleyConfig *next;
  guint32 i;

  self->returns = FALSE;

  genlm_earley_members_clear (self->members);
  g_ptr_array_set_size (self->forks, 0);
  g_ptr_array_set_size (self->kept, 0);
  for (i = 0; i < config->n_members; i++)
    if (!step_member (self, config->members[i].node, config->members[i].state, byte, error))
      return NULL;
  if (!join_forks (self, self->forks, byte, error) || !join_forks (self, self->kept, byte, error))
    return NULL;
  if (!genlm_earley_members_join (self->members, error))
    return NULL;
  next = intern (self);
  if (config->next == NULL)
    {
      GenlmEarleyConfig **table;

      table = genlm_earley_heap_alloc (genlm_earley_nodes_get_heap (self->nodes), size);
      memset (table, 0, size);
      config->returns = (guint8 *) &table[n_classes];
      __atomic_store_n (&config->next, table, __ATOMIC_RELEASE);
    }
  config->returns[self->rules->dfa->classes[byte]] = (guint8) self->returns;
  __atomic_store_n (&config->next[self->rules->dfa->classes[byte]], next, __ATOMIC_RELEASE);
  return next;
}

/* NULL where it is not known. Under the lock, a reader's too. */
static inline GenlmEarleyConfig *
peek_next (const GenlmEarleyParser *self,
           const GenlmEarleyConfig *config,
           guint8                   byte)
{
  GenlmEarleyConfig **next = __atomic_load_n (&config->next, __ATOMIC_ACQUIRE);

  if (G_UNLIKELY (next == NULL))
    return NULL;
  return __atomic_load_n (&next[self->rules->dfa->classes[byte]], __ATOMIC_ACQUIRE);
}

/* The configuration after one more byte; NULL when a limit is passed. */
GenlmEarleyConfig *
genlm_earley_parser_step (GenlmEarleyParser  *self,
                          GenlmEarleyConfig  *config,
                          guint8              byte,
                          GError            **error)
{
  GenlmEarleyConfig *next = peek_next (self, config, byte);

  return G_LIKELY (next != NULL) ? next : add_transition (self, config, byte, error);
}

/* --- Memory -------------------------------------------------------------- */

static guint64
get_memory (GenlmEarleyParser *self)
{
  return genlm_earley_nodes_get_memory (self->nodes)
         + genlm_earley_table_get_memory (&self->configs);
}

static GenlmEarleyConfig *
save_config (GenlmEarleyParser *self,
             GenlmEarleyConfig *config)
{
  GenlmEarleyConfig *moved;
  guint32 i;

  if (config->moved != NULL)
    return config->moved;
  genlm_earley_members_clear (self->members);
  for (i = 0; i < config->n_members; i++)
    genlm_earley_members_add (self->members,
                              genlm_earley_nodes_save (self->nodes, config->members[i].node),
                              config->members[i].state);
  config->moved = moved = make_config (self);
  moved->handle = config->handle;
  moved->id = config->id;
  moved->is_start = config->is_start;
  moved->is_deep = config->is_deep;
  moved->mask = config->mask;
  if (moved->n_members > 0 && !moved->is_start)
    genlm_earley_table_insert (&self->configs, hash_members (moved->members, moved->n_members),
                               moved);
  return moved;
}

/* Lets go what neither a handle nor the caller needs. */
static void
collect (GenlmEarleyParser  *self,
         GenlmEarleyConfig **configs,
         guint               n_configs,
         GenlmEarleyNode   **nodes,
         guint               n_nodes)
{
  GenlmEarleyHandle *handle;
  guint i;

  genlm_earley_lock_write (&self->lock);
  genlm_earley_nodes_begin_collect (self->nodes);
  genlm_earley_table_clear (&self->configs);
  genlm_earley_table_init (&self->configs);
  self->start = save_config (self, self->start);
  self->dead = save_config (self, self->dead);
  for (i = 0; i < n_configs; i++)
    configs[i] = save_config (self, configs[i]);
  for (i = 0; i < n_nodes; i++)
    nodes[i] = genlm_earley_nodes_save (self->nodes, nodes[i]);
  for (i = 0; i < N_SHELVES; i++)
    for (handle = self->shelves[i].handles; handle != NULL; handle = handle->next)
      handle->config = save_config (self, handle->config);
  genlm_earley_nodes_end_collect (self->nodes);
  genlm_earley_lock_written (&self->lock);
}

/* Makes room where nothing but handles and what the caller has is in use. */
static gboolean
make_room (GenlmEarleyParser  *self,
           GenlmEarleyConfig **configs,
           guint               n_configs,
           GenlmEarleyNode   **nodes,
           guint               n_nodes,
           GError            **error)
{
  guint64 used;

  if (G_LIKELY (get_memory (self) <= self->threshold))
    return TRUE;
  collect (self, configs, n_configs, nodes, n_nodes);
  used = get_memory (self);
  self->threshold = CLAMP (2 * used, self->limits.max_memory / 2, self->limits.max_memory);
  if (used <= self->limits.max_memory / 8 * 7)
    return TRUE;
  g_set_error (error, GENLM_POTENTIAL_ERROR, GENLM_POTENTIAL_ERROR_LIMIT,
               "The parser takes more than the limit max-memory=%" G_GUINT64_FORMAT
               " bytes for what was read; a higher limit, or less nesting, would let it go on",
               self->limits.max_memory);
  return FALSE;
}

/* To be called now and then in long work, which has these configurations and
 * nodes in use and no others; they may be moved. FALSE when a limit is
 * passed. */
gboolean
genlm_earley_parser_look (GenlmEarleyParser  *self,
                          GenlmEarleyConfig **configs,
                          guint               n_configs,
                          GenlmEarleyNode   **nodes,
                          guint               n_nodes,
                          GError            **error)
{
  return genlm_earley_clock_look (&self->clock, error)
         && make_room (self, configs, n_configs, nodes, n_nodes, error);
}

/* --- Handles ------------------------------------------------------------- */

static Shelf *
find_shelf (GenlmEarleyParser       *self,
            const GenlmEarleyConfig *config)
{
  return &self->shelves[config->id % N_SHELVES];
}

/* Under the lock, a reader's too. */
static GenlmEarleyHandle *
dup_handle (GenlmEarleyParser *self,
            GenlmEarleyConfig *config)
{
  Shelf *shelf = find_shelf (self, config);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&shelf->mutex);
  GenlmEarleyHandle *handle = config->handle;

  if (handle != NULL)
    {
      g_atomic_int_inc (&handle->ref_count);
      return handle;
    }
  handle = g_new (GenlmEarleyHandle, 1);
  handle->ref_count = 1;
  handle->ending = ENDING_UNKNOWN;
  handle->is_dead = config == self->dead;
  handle->parser = self;
  handle->config = config;
  handle->previous = NULL;
  handle->next = shelf->handles;
  if (shelf->handles != NULL)
    shelf->handles->previous = handle;
  else
    genlm_earley_parser_ref (self);
  shelf->handles = handle;
  config->handle = handle;
  return handle;
}

GenlmEarleyHandle *
genlm_earley_handle_ref (GenlmEarleyHandle *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/* Whether the count was above one, and is one less. */
static gboolean
drop_shared (GenlmEarleyHandle *self)
{
  gint count = g_atomic_int_get (&self->ref_count);

  while (count > 1)
    {
      if (g_atomic_int_compare_and_exchange (&self->ref_count, count, count - 1))
        return TRUE;
      count = g_atomic_int_get (&self->ref_count);
    }
  return FALSE;
}

/* Frees the handle if that was the last reference. Returns whether it was the last
 * handle of its shelf. */
static gboolean
drop_last (GenlmEarleyHandle *self)
{
  GenlmEarleyParser *parser = self->parser;
  g_autoptr (GMutexLocker) reader = g_mutex_locker_new (genlm_earley_lock_read (&parser->lock));
  Shelf *shelf = find_shelf (parser, self->config);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&shelf->mutex);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return FALSE;
  if (self->previous != NULL)
    self->previous->next = self->next;
  else
    shelf->handles = self->next;
  if (self->next != NULL)
    self->next->previous = self->previous;
  self->config->handle = NULL;
  g_free (self);
  return shelf->handles == NULL;
}

/* The last reference goes under the lock, where others could be taken. */
void
genlm_earley_handle_unref (GenlmEarleyHandle *self)
{
  GenlmEarleyParser *parser = self->parser;

  if (!drop_shared (self) && drop_last (self))
    genlm_earley_parser_unref (parser);
}

/* --- The parser ---------------------------------------------------------- */

static gboolean
make_first_configs (GenlmEarleyParser  *self,
                    GError            **error)
{
  GenlmEarleyNode *node;
  GenlmByteState *lexer;

  self->dead = make_config (self);
  self->start = self->dead;
  if (self->rules->start == GENLM_EARLEY_END)
    return TRUE;
  node = genlm_earley_nodes_get_start (self->nodes);
  lexer = genlm_earley_nodes_find_lexer (self->nodes, node, FALSE, error);
  if (lexer == NULL)
    return FALSE;
  genlm_earley_members_add (self->members, node, lexer);
  self->start = make_config (self);
  self->start->is_start = TRUE;
  return TRUE;
}

/* Takes the rules, also when it fails. */
GenlmEarleyParser *
genlm_earley_parser_new (GenlmEarleyRules         *rules,
                         const GenlmEngineLimits  *limits,
                         GError                  **error)
{
  g_autoptr (GenlmEarleyParser) self = g_new0 (GenlmEarleyParser, 1);
  guint i;

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  genlm_earley_lock_init (&self->lock);
  for (i = 0; i < N_SHELVES; i++)
    g_mutex_init (&self->shelves[i].mutex);
  self->rules = rules;
  self->nodes = genlm_earley_nodes_new (rules, &self->clock);
  self->signatures = genlm_earley_signatures_new (self->nodes, rules->dfa, &self->clock,
                                                  limits->max_memory / SIGNATURE_SHARE);
  self->limits = *limits;
  self->threshold = limits->max_memory / 2;
  genlm_earley_table_init (&self->configs);
  self->members = genlm_earley_members_new (rules, self->nodes, limits);
  self->forks = g_ptr_array_new ();
  self->kept = g_ptr_array_new ();
  return make_first_configs (self, error) ? g_steal_pointer (&self) : NULL;
}

GenlmEarleyParser *
genlm_earley_parser_ref (GenlmEarleyParser *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
genlm_earley_parser_unref (GenlmEarleyParser *self)
{
  guint i;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->after);
  g_ptr_array_unref (self->kept);
  g_ptr_array_unref (self->forks);
  genlm_earley_members_free (self->members);
  genlm_earley_table_clear (&self->configs);
  genlm_earley_signatures_free (self->signatures);
  genlm_earley_nodes_free (self->nodes);
  genlm_earley_rules_free (self->rules);
  for (i = 0; i < N_SHELVES; i++)
    g_mutex_clear (&self->shelves[i].mutex);
  genlm_earley_lock_clear (&self->lock);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* By label: the bytes that what comes after it can start with, in any text. NULL
 * where nothing is known. Under the lock. */
const GenlmByteSet *
genlm_earley_parser_find_after (GenlmEarleyParser *self)
{
  /* A limit that is passed here is so in whatever is asked later. */
  if (self->after == NULL)
    self->after = genlm_earley_rules_find_after (self->rules, NULL);
  return self->after;
}

GenlmEarleyRules *
genlm_earley_parser_get_rules (GenlmEarleyParser *self)
{
  return self->rules;
}

GenlmEarleyClock *
genlm_earley_parser_get_clock (GenlmEarleyParser *self)
{
  return &self->clock;
}

GenlmEarleyNodes *
genlm_earley_parser_get_nodes (GenlmEarleyParser *self)
{
  return self->nodes;
}

GenlmEarleySignatures *
genlm_earley_parser_get_signatures (GenlmEarleyParser *self)
{
  return self->signatures;
}

void
genlm_earley_parser_lock (GenlmEarleyParser *self)
{
  g_mutex_lock (&self->mutex);
}

void
genlm_earley_parser_unlock (GenlmEarleyParser *self)
{
  g_mutex_unlock (&self->mutex);
}

/* Until it is unlocked nothing is moved, and nothing is to be changed. */
void
genlm_earley_parser_lock_reader (GenlmEarleyParser *self)
{
  g_mutex_lock (genlm_earley_lock_read (&self->lock));
}

void
genlm_earley_parser_unlock_reader (GenlmEarleyParser *self)
{
  g_mutex_unlock (genlm_earley_lock_read (&self->lock));
}

/* The configuration of a handle, to look up what is known of it. Under the lock,
 * a reader's too. */
const GenlmEarleyConfig *
genlm_earley_parser_peek (GenlmEarleyParser *self,
                          GenlmEarleyHandle *handle)
{
  return handle->config;
}

/* The bytes of all configurations. */
guint64
genlm_earley_parser_get_memory (GenlmEarleyParser *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return get_memory (self);
}

GenlmEarleyHandle *
genlm_earley_parser_dup_start (GenlmEarleyParser *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (genlm_earley_lock_read (&self->lock));

  return dup_handle (self, self->start);
}

/* The configuration of a handle, with room to work on it, and from now on the
 * time that the work may take. Under the lock; NULL when a limit is passed. */
GenlmEarleyConfig *
genlm_earley_parser_open (GenlmEarleyParser  *self,
                          GenlmEarleyHandle  *handle,
                          GError            **error)
{
  GenlmEarleyConfig *config = handle->config;

  genlm_earley_clock_start (&self->clock, self->limits.deadline);
  return make_room (self, &config, 1, NULL, 0, error) ? config : NULL;
}

/* Where the bytes lead to, if that is known; NULL if not. */
static GenlmEarleyHandle *
follow (GenlmEarleyParser *self,
        GenlmEarleyHandle *handle,
        const guint8      *bytes,
        gsize              n_bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (genlm_earley_lock_read (&self->lock));
  GenlmEarleyConfig *config = handle->config;
  gsize i;

  for (i = 0; i < n_bytes && config != self->dead; i++)
    {
      config = peek_next (self, config, bytes[i]);
      if (config == NULL)
        return NULL;
    }
  return dup_handle (self, config);
}

/* As above, and finds it if it is not known. Under the lock; NULL when a limit is
 * passed. */
static GenlmEarleyHandle *
advance (GenlmEarleyParser  *self,
         GenlmEarleyHandle  *handle,
         const guint8       *bytes,
         gsize               n_bytes,
         GError            **error)
{
  GenlmEarleyConfig *config = handle->config;
  gsize i;

  genlm_earley_clock_start (&self->clock, self->limits.deadline);
  for (i = 0; i < n_bytes && config != self->dead; i++)
    {
      GenlmEarleyConfig *next = peek_next (self, config, bytes[i]);

      if (G_UNLIKELY (next == NULL))
        {
          if (!make_room (self, &config, 1, NULL, 0, error))
            return NULL;
          next = add_transition (self, config, bytes[i], error);
          if (next == NULL)
            return NULL;
        }
      config = next;
    }
  return dup_handle (self, config);
}

/* Returns a new reference, or NULL when a limit is passed. */
GenlmEarleyHandle *
genlm_earley_parser_advance (GenlmEarleyParser  *self,
                             GenlmEarleyHandle  *handle,
                             const guint8       *bytes,
                             gsize               n_bytes,
                             GError            **error)
{
  GenlmEarleyHandle *next = follow (self, handle, bytes, n_bytes);

  if (next != NULL)
    return next;
  genlm_earley_parser_lock (self);
  next = advance (self, handle, bytes, n_bytes, error);
  genlm_earley_parser_unlock (self);
  return next;
}

gboolean
genlm_earley_handle_is_dead (GenlmEarleyHandle *self)
{
  return self->is_dead;
}

static gboolean
find_member_final (GenlmEarleyParser        *self,
                   const GenlmEarleyMember  *member,
                   gboolean                 *final,
                   GError                  **error)
{
  const GenlmEarleyTarget *target;
  guint32 accept;

  *final = FALSE;
  if (!member->state->accepting)
    return TRUE;
  accept = genlm_earley_nodes_find_accept (self->nodes, member->state);
  target = genlm_earley_nodes_find_target (self->nodes, member->node, accept, error);
  if (target == NULL)
    return FALSE;
  *final = (target->node != NULL && target->node->is_final)
           || (target->keeps && member->node->is_final);
  return TRUE;
}

/* Finds whether the text may end here. Under the lock; FALSE when a limit is
 * passed. */
gboolean
genlm_earley_parser_find_config_final (GenlmEarleyParser        *self,
                                       const GenlmEarleyConfig  *config,
                                       gboolean                 *final,
                                       GError                  **error)
{
  guint32 i;

  *final = config->is_start && config->members[0].node->is_final;
  for (i = 0; i < config->n_members && !config->is_start && !*final; i++)
    if (!find_member_final (self, &config->members[i], final, error))
      return FALSE;
  return TRUE;
}

gboolean
genlm_earley_parser_find_final (GenlmEarleyParser  *self,
                                GenlmEarleyHandle  *handle,
                                gboolean           *final,
                                GError            **error)
{
  gint ending = g_atomic_int_get (&handle->ending);
  gboolean ok;

  *final = ending == ENDING_YES;
  if (ending != ENDING_UNKNOWN)
    return TRUE;
  genlm_earley_parser_lock (self);
  genlm_earley_clock_start (&self->clock, self->limits.deadline);
  ok = genlm_earley_parser_find_config_final (self, handle->config, final, error);
  genlm_earley_parser_unlock (self);
  if (ok)
    g_atomic_int_set (&handle->ending, *final ? ENDING_YES : ENDING_NO);
  return ok;
}

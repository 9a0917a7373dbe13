/* Tells the thread sanitizer what it cannot see: GLib's locks are built without
 * it, on futexes of their own. Preloaded, each of them says what it hands over
 * before or after the real one does. */
#define _GNU_SOURCE

#include <dlfcn.h>

#include <glib-object.h>

#undef g_once_init_enter
#undef g_once_init_leave

void __tsan_acquire (void *place);
void __tsan_release (void *place);

/* The function that this one stands before. */
#define FIND_NEXT(type, name, args)                    \
  static type (*next) args;                            \
                                                       \
  if (g_atomic_pointer_get (&next) == NULL)            \
    g_atomic_pointer_set (&next, dlsym (RTLD_NEXT, #name))

/* Takes something over, and hands something on. */
#define DEFINE_LOCK(name, Type)    \
  void                             \
  name (Type *lock)                \
  {                                \
    FIND_NEXT (void, name, (Type *)); \
    next (lock);                   \
    __tsan_acquire (lock);         \
  }

#define DEFINE_UNLOCK(name, Type)  \
  void                             \
  name (Type *lock)                \
  {                                \
    FIND_NEXT (void, name, (Type *)); \
    __tsan_release (lock);         \
    next (lock);                   \
  }

#define DEFINE_TRYLOCK(name, Type)     \
  gboolean                             \
  name (Type *lock)                    \
  {                                    \
    FIND_NEXT (gboolean, name, (Type *)); \
    if (!next (lock))                  \
      return FALSE;                    \
    __tsan_acquire (lock);             \
    return TRUE;                       \
  }

DEFINE_LOCK (g_mutex_lock, GMutex)
DEFINE_TRYLOCK (g_mutex_trylock, GMutex)
DEFINE_UNLOCK (g_mutex_unlock, GMutex)
DEFINE_LOCK (g_rec_mutex_lock, GRecMutex)
DEFINE_TRYLOCK (g_rec_mutex_trylock, GRecMutex)
DEFINE_UNLOCK (g_rec_mutex_unlock, GRecMutex)
DEFINE_LOCK (g_rw_lock_writer_lock, GRWLock)
DEFINE_TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
DEFINE_UNLOCK (g_rw_lock_writer_unlock, GRWLock)
DEFINE_LOCK (g_rw_lock_reader_lock, GRWLock)
DEFINE_TRYLOCK (g_rw_lock_reader_trylock, GRWLock)
DEFINE_UNLOCK (g_rw_lock_reader_unlock, GRWLock)

/* The last reference hears of all that was done by the others. */
DEFINE_UNLOCK (g_bytes_unref, GBytes)
DEFINE_UNLOCK (g_object_unref, void)

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  FIND_NEXT (void, g_cond_wait, (GCond *, GMutex *));
  __tsan_release (mutex);
  next (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  FIND_NEXT (gboolean, g_atomic_ref_count_dec, (gatomicrefcount *));
  __tsan_release (count);
  if (!next (count))
    return FALSE;
  __tsan_acquire (count);
  return TRUE;
}

gboolean
g_once_init_enter (volatile void *place)
{
  gboolean first;

  FIND_NEXT (gboolean, g_once_init_enter, (volatile void *));
  first = next (place);
  __tsan_acquire ((void *) place);
  return first;
}

void
g_once_init_leave (volatile void *place,
                   gsize          value)
{
  FIND_NEXT (void, g_once_init_leave, (volatile void *, gsize));
  __tsan_release ((void *) place);
  next (place, value);
}

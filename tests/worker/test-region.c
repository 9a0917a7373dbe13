/* The memory that a process shares with a worker, seen from both ends. */
#define _GNU_SOURCE /* memfd_create (), seals */

#include "genlm-region-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static GenlmRegion *
new_region (void)
{
  g_autoptr (GError) error = NULL;
  GenlmRegion *region = genlm_region_new (&error);

  g_assert_no_error (error);
  return region;
}

/* As the worker does, but in this process. */
static GenlmRegion *
open_region (GenlmRegion *region)
{
  g_autoptr (GError) error = NULL;
  GenlmRegion *other = genlm_region_open (fcntl (genlm_region_get_fd (region), F_DUPFD_CLOEXEC, 0), &error);

  g_assert_no_error (error);
  return other;
}

static void
test_slots (void)
{
  g_autoptr (GenlmRegion) region = new_region ();

  g_assert_cmpuint (genlm_region_count_free (region), ==, GENLM_REGION_N_SLOTS);
  for (int i = 0; i < GENLM_REGION_N_SLOTS; i++)
    g_assert_cmpint (genlm_region_take_slot (region), ==, i);
  g_assert_cmpint (genlm_region_take_slot (region), ==, -1);
  g_assert_cmpuint (genlm_region_count_free (region), ==, 0);

  genlm_region_return_slot (region, 63);
  genlm_region_return_slot (region, 5);
  g_assert_cmpuint (genlm_region_count_free (region), ==, 2);
  g_assert_cmpint (genlm_region_take_slot (region), ==, 5);
  g_assert_cmpint (genlm_region_take_slot (region), ==, 63);
}

/* A slot is written to its last number, beside its neighbours, and read at the
 * other end. */
static void
test_shared (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  g_autoptr (GenlmRegion) worker = open_region (region);

  for (guint slot = 0; slot < GENLM_REGION_N_SLOTS; slot++)
    {
      double *values = genlm_region_peek_slot (worker, slot);

      g_assert_cmpuint ((guintptr) values % 64, ==, 0);
      values[0] = slot;
      values[GENLM_REGION_MAX_WEIGHTS - 1] = -(double) slot;
    }
  for (guint slot = 0; slot < GENLM_REGION_N_SLOTS; slot++)
    {
      double *values = genlm_region_peek_slot (region, slot);

      g_assert_cmpfloat (values[0], ==, slot);
      g_assert_cmpfloat (values[GENLM_REGION_MAX_WEIGHTS - 1], ==, -(double) slot);
    }
  g_assert_cmpuint (genlm_region_get_current (region), ==, 0);
}

static void
test_wrap (void)
{
  GenlmRegion *region = new_region ();
  g_autoptr (GenlmRegion) worker = open_region (region);
  g_autoptr (GenlmWeights) weights = NULL;
  g_autoptr (GenlmWeights) second = NULL;
  g_autoptr (GError) error = NULL;
  int slot = genlm_region_take_slot (region);

  genlm_region_peek_slot (worker, slot)[0] = -0.5;
  genlm_region_peek_slot (worker, slot)[1] = -INFINITY;
  weights = genlm_region_wrap_slot (region, slot, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (genlm_weights_get_size (weights), ==, 2);
  g_assert_cmpfloat (genlm_weights_get (weights, 0), ==, -0.5);
  g_assert_true (genlm_weights_peek (weights) == genlm_region_peek_slot (region, slot));

  /* The slot is free with the last reference, not before. */
  second = genlm_weights_ref (weights);
  g_clear_pointer (&weights, genlm_weights_unref);
  g_assert_cmpuint (genlm_region_count_free (region), ==, GENLM_REGION_N_SLOTS - 1);
  g_clear_pointer (&second, genlm_weights_unref);
  g_assert_cmpuint (genlm_region_count_free (region), ==, GENLM_REGION_N_SLOTS);

  /* Weights outlive the pool. */
  slot = genlm_region_take_slot (region);
  weights = genlm_region_wrap_slot (region, slot, 2, &error);
  g_assert_no_error (error);
  genlm_region_unref (region);
  g_assert_cmpfloat (genlm_weights_get (weights, 0), ==, -0.5);
}

/* What is no vector gives its slot back at once. */
static void
test_wrap_refused (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  g_autoptr (GError) error = NULL;
  int slot = genlm_region_take_slot (region);

  g_assert_null (genlm_region_wrap_slot (region, slot, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpuint (genlm_region_count_free (region), ==, GENLM_REGION_N_SLOTS);
}

/* Neither side can take pages from the other. */
static void
test_seals (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  int fd = genlm_region_get_fd (region);
  struct stat status;

  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (fd, status.st_size * 2), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
  /* It is large, and nothing. */
  g_assert_cmpint (status.st_size, >, 200 << 20);
  g_assert_cmpint (status.st_blocks * 512, <=, 1 << 20);
}

static void
assert_not_opened (int fd)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (genlm_region_open (fd, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_wrong_descriptor (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  struct stat status;
  int fds[2];
  int fd;

  g_assert_cmpint (fstat (genlm_region_get_fd (region), &status), ==, 0);

  g_assert_cmpint (pipe (fds), ==, 0);
  assert_not_opened (fds[0]);
  /* It is closed also when it is refused. */
  g_assert_cmpint (fcntl (fds[0], F_GETFD), ==, -1);
  close (fds[1]);
  assert_not_opened (-1);

  fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_cmpint (ftruncate (fd, status.st_size), ==, 0);
  assert_not_opened (fd);

  fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_cmpint (ftruncate (fd, status.st_size - 4096), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  assert_not_opened (fd);
}

static void
test_items (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  g_autoptr (GenlmRegion) worker = open_region (region);
  const guint64 items[] = { 1, 31, 32, 65535, 65536, 65537, G_GUINT64_CONSTANT (1) << 40 };

  genlm_region_set_current (worker, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpuint (genlm_region_get_current (region), ==, G_GUINT64_CONSTANT (1) << 40);

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_assert_true (genlm_region_is_wanted (worker, items[i]));
      genlm_region_set_wanted (region, items[i], FALSE);
      g_assert_false (genlm_region_is_wanted (worker, items[i]));
      g_assert_true (genlm_region_is_wanted (worker, items[i] - 1));
      g_assert_true (genlm_region_is_wanted (worker, items[i] + 1));
      /* The number of an item that is long answered. */
      g_assert_false (genlm_region_is_wanted (worker, items[i] + GENLM_REGION_N_ITEMS));
      genlm_region_set_wanted (region, items[i] + GENLM_REGION_N_ITEMS, TRUE);
      g_assert_true (genlm_region_is_wanted (worker, items[i]));
    }
}

/* What was in a slot that moves stays, and is nobody else's any more. */
static void
test_move (void)
{
  g_autoptr (GenlmRegion) region = new_region ();
  g_autoptr (GenlmRegion) worker = open_region (region);
  g_autoptr (GError) error = NULL;
  double *before = genlm_region_peek_slot (worker, 7);

  for (gsize i = 0; i < 1000; i++)
    before[i] = -1;
  g_assert_true (genlm_region_move_slot (worker, 7, 1000 * sizeof (double), &error));
  g_assert_no_error (error);
  g_assert_true (genlm_region_peek_slot (worker, 7) != before);
  g_assert_cmpfloat (genlm_region_peek_slot (worker, 7)[999], ==, -1);

  genlm_region_peek_slot (worker, 7)[999] = -2;
  genlm_region_peek_slot (region, 7)[998] = -3;
  g_assert_cmpfloat (genlm_region_peek_slot (region, 7)[999], ==, -2);
  g_assert_cmpfloat (genlm_region_peek_slot (worker, 7)[998], ==, -3);
  g_assert_cmpfloat (before[999], ==, -1);
  g_assert_cmpfloat (before[998], ==, -1);
  before[0] = -4;
  g_assert_cmpfloat (genlm_region_peek_slot (worker, 7)[0], ==, -1);
  /* Its neighbours are where they were. */
  g_assert_true (genlm_region_peek_slot (worker, 8) == before + GENLM_REGION_MAX_WEIGHTS);
  munmap (before, 1000 * sizeof (double));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/region/slots", test_slots);
  g_test_add_func ("/region/shared", test_shared);
  g_test_add_func ("/region/wrap", test_wrap);
  g_test_add_func ("/region/wrap-refused", test_wrap_refused);
  g_test_add_func ("/region/seals", test_seals);
  g_test_add_func ("/region/wrong-descriptor", test_wrong_descriptor);
  g_test_add_func ("/region/move", test_move);
  g_test_add_func ("/region/items", test_items);

  return g_test_run ();
}

/* An element that does to its process what a context says, and reports how it went
 * as a weight: 0 if it could, else minus the errno. What it does not understand
 * weighs minus its length. */
#include <genlm.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_TYPE_PROBE (test_probe_get_type ())
G_DECLARE_FINAL_TYPE (TestProbe, test_probe, TEST, PROBE, GenlmPotentialBase)

struct _TestProbe
{
  GenlmPotentialBase parent_instance;

  char *file;
};

enum
{
  PROP_FILE = 1,
};

static void iface_init (GenlmPotentialInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestProbe, test_probe, GENLM_TYPE_POTENTIAL_BASE,
                               G_IMPLEMENT_INTERFACE (GENLM_TYPE_POTENTIAL, iface_init))

static int
try_open (const char *path,
          int         flags)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno;
  close (fd);
  return 0;
}

/* To a port of this machine, on which the test listens. */
static int
try_connect (const char *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) atoi (port)),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = 0;

  if (fd < 0)
    return errno;
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    result = errno;
  close (fd);
  return result;
}

/* Says that it was reached by making a file, and stays. */
static int
block (const char *path)
{
  try_open (path, O_WRONLY | O_CREAT);
  for (;;)
    pause ();
  return 0;
}

static int
work (void)
{
  for (volatile guint i = 0;; i++)
    ;
  return 0;
}

/* More than anyone has, piece by piece. */
static int
allocate (void)
{
  for (guint i = 0; i < 1 << 16; i++)
    memset (g_malloc (16 << 20), 1, 16 << 20);
  return 0;
}

static int
obey (const char *verb,
      const char *what)
{
  if (strcmp (verb, "read") == 0)
    return try_open (what, O_RDONLY);
  if (strcmp (verb, "write") == 0)
    return try_open (what, O_WRONLY | O_CREAT);
  if (strcmp (verb, "stat") == 0)
    return access (what, F_OK) == 0 ? 0 : errno;
  if (strcmp (verb, "connect") == 0)
    return try_connect (what);
  if (strcmp (verb, "raise") == 0)
    {
      signal (atoi (what), SIG_DFL);
      return raise (atoi (what));
    }
  if (strcmp (verb, "exit") == 0)
    {
      g_printerr ("leaving with %s\n", what);
      _exit (atoi (what));
    }
  if (strcmp (verb, "pid") == 0)
    return getpid ();
  if (strcmp (verb, "block") == 0)
    return block (what);
  if (strcmp (verb, "work") == 0)
    return work ();
  if (strcmp (verb, "allocate") == 0)
    return allocate ();
  return (int) strlen (verb);
}

static gboolean
test_probe_weigh_prefix (GenlmPotential  *potential,
                         GenlmContext    *context,
                         double          *out,
                         GError         **error)
{
  g_autoptr (GBytes) bytes = genlm_vocab_decode (genlm_potential_get_vocab (potential), context);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data != NULL ? data : "", length);
  g_auto (GStrv) words = g_strsplit (text, " ", 2);

  *out = words[0] == NULL ? 0.0 : -(double) obey (words[0], words[1] != NULL ? words[1] : "");
  return TRUE;
}

static gboolean
test_probe_weigh_complete (GenlmPotential  *potential,
                           GenlmContext    *context,
                           double          *out,
                           GError         **error)
{
  return test_probe_weigh_prefix (potential, context, out, error);
}

static void
iface_init (GenlmPotentialInterface *iface)
{
  iface->weigh_prefix = test_probe_weigh_prefix;
  iface->weigh_complete = test_probe_weigh_complete;
}

static void
test_probe_finalize (GObject *object)
{
  g_free (TEST_PROBE (object)->file);
  G_OBJECT_CLASS (test_probe_parent_class)->finalize (object);
}

static void
test_probe_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  g_value_set_string (value, TEST_PROBE (object)->file);
}

static void
test_probe_set_property (GObject      *object,
                         guint         property_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  TestProbe *self = TEST_PROBE (object);

  g_free (self->file);
  self->file = g_value_dup_string (value);
}

static void
test_probe_class_init (TestProbeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = test_probe_finalize;
  object_class->get_property = test_probe_get_property;
  object_class->set_property = test_probe_set_property;
  g_object_class_install_property (object_class, PROP_FILE,
    g_param_spec_string ("file", NULL, "A file that it may read", NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | GENLM_PARAM_FILE));
  genlm_potential_base_class_set_traits (GENLM_POTENTIAL_BASE_CLASS (klass),
                                         GENLM_TRAITS_INLINE | GENLM_TRAITS_THREAD_SAFE);
  genlm_potential_base_class_set_metadata (GENLM_POTENTIAL_BASE_CLASS (klass), "Test probe", "Potential/Test",
                                           "Does what a context says", "The tests");
}

static void
test_probe_init (TestProbe *self)
{
}

GENLM_ELEMENT_REGISTER_DEFINE (test_probe, "test-probe", GENLM_RANK_PRIMARY, TEST_TYPE_PROBE)

static void
plugin_init (GenlmPlugin *plugin)
{
  GENLM_ELEMENT_REGISTER (test_probe, plugin);
}

GENLM_PLUGIN_DEFINE (probe, "An element for tests of worker processes", plugin_init, "1.0", "MIT", "the tests")

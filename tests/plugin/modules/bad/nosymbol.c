/* A library that is no plugin. */
int test_not_a_plugin (void);

int
test_not_a_plugin (void)
{
  return 0;
}

/* Preloaded, it makes libllama look like another version than the one built against. */

const char *llama_version (void);

const char *
llama_version (void)
{
  return "0.7.0";
}

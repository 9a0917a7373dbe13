#include "genlm-json-format-private.h"

#include "genlm-idna.h"
#include "genlm-regex-parser.h"

#include <string.h>

/* Dates and times: RFC 3339. Leap years in the pattern; for leap seconds,
 * which are told by the time in UTC, there is a check. */
#define MONTH_DAY                                                                                                    \
  "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
#define LEAP_YEAR "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
#define DATE      "(?:[0-9]{4}-" MONTH_DAY "|" LEAP_YEAR "-02-29)"
#define HOUR      "(?:[01][0-9]|2[0-3])"
#define MINUTE    "[0-5][0-9]"
#define FRACTION  "(?:\\.[0-9]+)?"
#define OFFSET    "[+\\-]" HOUR ":" MINUTE
#define TIME                                                                                                         \
  "(?:" HOUR ":" MINUTE ":(?:[0-5][0-9]" FRACTION "(?:[Zz]|" OFFSET ")|60" FRACTION OFFSET ")|23:59:60" FRACTION "[Zz])"

#define DURATION_TIME "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
#define DURATION_DATE "(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)"
#define DURATION      "P(?:" DURATION_DATE "(?:" DURATION_TIME ")?|" DURATION_TIME "|[0-9]+W)"

/* Addresses: RFC 2673, RFC 4291. */
#define OCTET "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define IPV4  OCTET "(?:\\." OCTET "){3}"
#define H16   "[0-9A-Fa-f]{1,4}"
#define LS32  "(?:" H16 ":" H16 "|" IPV4 ")"
#define IPV6                                                                                                         \
  "(?:(?:" H16 ":){6}" LS32 "|::(?:" H16 ":){5}" LS32 "|(?:" H16 ")?::(?:" H16 ":){4}" LS32 "|(?:(?:" H16 ":){0,1}"   \
  H16 ")?::(?:" H16 ":){3}" LS32 "|(?:(?:" H16 ":){0,2}" H16 ")?::(?:" H16 ":){2}" LS32 "|(?:(?:" H16 ":){0,3}" H16   \
  ")?::" H16 ":" LS32 "|(?:(?:" H16 ":){0,4}" H16 ")?::" LS32 "|(?:(?:" H16 ":){0,5}" H16 ")?::" H16 "|(?:(?:" H16    \
  ":){0,6}" H16 ")?::)"

/* Names of hosts: RFC 1123; what stands behind “xn--” is checked. */
#define LABEL        "[0-9A-Za-z](?:[0-9A-Za-z\\-]{0,61}[0-9A-Za-z])?"
#define HOSTNAME     LABEL "(?:\\." LABEL ")*"
#define HOSTNAME_MAX (253u)

/* Any characters between dots of four kinds: the check has the rules. */
#define IDN_LABEL    "[^\\x00-,/:-@\\[-`{-\\x7f.\\u3002\\uff0e\\uff61]+"
#define IDN_HOSTNAME IDN_LABEL "(?:[.\\u3002\\uff0e\\uff61]" IDN_LABEL ")*"

/* Mailboxes: RFC 5321, and 6531 for those with any characters. */
#define ATOM         "[0-9A-Za-z!#$%&'*+\\-/=?^_`{|}~]+"
#define QUOTED       "\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\""
#define ADDRESS      "\\[(?:" IPV4 "|IPv6:" IPV6 ")\\]"
#define EMAIL        "(?:" ATOM "(?:\\." ATOM ")*|" QUOTED ")@(?:" HOSTNAME "|" ADDRESS ")"
#define OTHER        "\\u0080-\\u{10ffff}"
#define IDN_ATOM     "[0-9A-Za-z!#$%&'*+\\-/=?^_`{|}~" OTHER "]+"
#define IDN_QUOTED   "\"(?:[ !#-\\[\\]-~" OTHER "]|\\\\[ -~])*\""
#define MAIL_LABEL   "(?:" LABEL "|[0-9A-Za-z\\-]*[" OTHER "][0-9A-Za-z\\-" OTHER "]*)"
#define IDN_EMAIL                                                                                                    \
  "(?:" IDN_ATOM "(?:\\." IDN_ATOM ")*|" IDN_QUOTED ")@(?:" MAIL_LABEL "(?:\\." MAIL_LABEL ")*|" ADDRESS ")"

/* RFC 3986, and with U and P for what more RFC 3987 allows. */
#define UCS                                                                                                          \
  "\\xa0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}"        \
  "\\u{40000}-\\u{4fffd}\\u{50000}-\\u{5fffd}\\u{60000}-\\u{6fffd}\\u{70000}-\\u{7fffd}\\u{80000}-\\u{8fffd}"         \
  "\\u{90000}-\\u{9fffd}\\u{a0000}-\\u{afffd}\\u{b0000}-\\u{bfffd}\\u{c0000}-\\u{cfffd}\\u{d0000}-\\u{dfffd}"         \
  "\\u{e1000}-\\u{efffd}"
#define PRIVATE          "\\ue000-\\uf8ff\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}"
#define PCT              "%[0-9A-Fa-f]{2}"
#define UNRESERVED       "0-9A-Za-z\\-._~"
#define SUB_DELIMS       "!$&'()*+,;="
#define SCHEME           "[A-Za-z][0-9A-Za-z+.\\-]*:"
#define PCHAR(U)         "(?:[" UNRESERVED SUB_DELIMS ":@" U "]|" PCT ")"
#define USER_INFO(U)     "(?:[" UNRESERVED SUB_DELIMS ":" U "]|" PCT ")*"
#define REG_NAME(U)      "(?:[" UNRESERVED SUB_DELIMS U "]|" PCT ")*"
#define IP_LITERAL       "\\[(?:" IPV6 "|[Vv][0-9A-Fa-f]+\\.[" UNRESERVED SUB_DELIMS ":]+)\\]"
#define AUTHORITY(U)     "(?:" USER_INFO (U) "@)?(?:" IP_LITERAL "|" REG_NAME (U) ")(?::[0-9]*)?"
#define SEGMENTS(U)      "(?:/" PCHAR (U) "*)*"
#define NET_PATH(U)      "//" AUTHORITY (U) SEGMENTS (U)
#define ABSOLUTE_PATH(U) "/(?:" PCHAR (U) "+" SEGMENTS (U) ")?"
#define ROOTLESS_PATH(U) PCHAR (U) "+" SEGMENTS (U)
#define NO_SCHEME(U)     "(?:[" UNRESERVED SUB_DELIMS "@" U "]|" PCT ")+" SEGMENTS (U)
#define TAIL(U, P)       "(?:\\?(?:" PCHAR (U P) "|[/?])*)?(?:#(?:" PCHAR (U) "|[/?])*)?"
#define FULL(U, P)       SCHEME "(?:" NET_PATH (U) "|" ABSOLUTE_PATH (U) "|" ROOTLESS_PATH (U) ")?" TAIL (U, P)
#define REFERENCE(U, P)                                                                                              \
  "(?:(?:" SCHEME "(?:" NET_PATH (U) "|" ABSOLUTE_PATH (U) "|" ROOTLESS_PATH (U) ")?)|" NET_PATH (U) "|"               \
  ABSOLUTE_PATH (U) "|" NO_SCHEME (U) ")?" TAIL (U, P)

/* RFC 6570. */
#define LITERAL      "(?:[!#$&'()*+,\\-./0-;=?@A-Z\\[\\]_a-z~" UCS PRIVATE "]|" PCT ")"
#define VAR_CHAR     "(?:[0-9A-Za-z_]|" PCT ")"
#define VAR_SPEC     VAR_CHAR "(?:\\.?" VAR_CHAR ")*(?::[1-9][0-9]{0,3}|\\*)?"
#define URI_TEMPLATE "(?:" LITERAL "|\\{[+#./;?&=,!@|]?" VAR_SPEC "(?:," VAR_SPEC ")*\\})*"

/* RFC 6901, and the draft on the relative ones. */
#define POINTER          "(?:/(?:[^~/]|~[01])*)*"
#define RELATIVE_POINTER "(?:0|[1-9][0-9]*)(?:#|" POINTER ")"

#define HEX(n) "[0-9A-Fa-f]{" #n "}"

#define NO_MAX (G_MAXUINT)

/* Names that any draft knows mean the same in all of them. */
static const GenlmJsonFormat formats[] = {
  { "date", DATE, NO_MAX, NULL },
  { "date-time", DATE "[Tt]" TIME, NO_MAX, genlm_json_format_check_time },
  { "duration", DURATION, NO_MAX, NULL },
  { "email", EMAIL, NO_MAX, genlm_json_format_check_email },
  { "hostname", HOSTNAME, HOSTNAME_MAX, genlm_json_format_check_hostname },
  { "idn-email", IDN_EMAIL, NO_MAX, genlm_json_format_check_email },
  { "idn-hostname", IDN_HOSTNAME, HOSTNAME_MAX, genlm_json_format_check_idn_hostname },
  { "ipv4", IPV4, NO_MAX, NULL },
  { "ipv6", IPV6, NO_MAX, NULL },
  { "iri", FULL (UCS, PRIVATE), NO_MAX, NULL },
  { "iri-reference", REFERENCE (UCS, PRIVATE), NO_MAX, NULL },
  { "json-pointer", POINTER, NO_MAX, NULL },
  { "regex", "[^]*", NO_MAX, genlm_json_format_check_regex },
  { "relative-json-pointer", RELATIVE_POINTER, NO_MAX, NULL },
  { "time", TIME, NO_MAX, genlm_json_format_check_time },
  { "uri", FULL ("", ""), NO_MAX, NULL },
  { "uri-reference", REFERENCE ("", ""), NO_MAX, NULL },
  { "uri-template", URI_TEMPLATE, NO_MAX, NULL },
  { "uuid", HEX (8) "-" HEX (4) "-" HEX (4) "-" HEX (4) "-" HEX (12), NO_MAX, NULL },
};

/* NULL if no draft knows it. */
const GenlmJsonFormat *
genlm_json_format_find (const char *name,
                        gsize       length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strlen (formats[i].name) == length && memcmp (formats[i].name, name, length) == 0)
      return &formats[i];
  return NULL;
}

/* All of them, by name. */
const GenlmJsonFormat *
genlm_json_format_list (gsize *n_formats)
{
  *n_formats = G_N_ELEMENTS (formats);
  return formats;
}

/* The pattern, parsed once. It matches the whole text. */
const GenlmRegexTree *
genlm_json_format_peek_tree (const GenlmJsonFormat *self)
{
  static gsize     trees[G_N_ELEMENTS (formats)];
  gsize           *tree = &trees[self - formats];
  g_autofree char *pattern = NULL;

  if (g_once_init_enter (tree))
    {
      pattern = g_strconcat ("^(?:", self->pattern, ")$", NULL);
      g_once_init_leave (tree, (gsize) genlm_regex_parse_dialect (GENLM_REGEX_DIALECT_ECMA, pattern, strlen (pattern),
                                                                  NULL, NULL));
    }
  return (const GenlmRegexTree *) *tree;
}

static guint
two_digits (const char *at)
{
  return (guint) (at[0] - '0') * 10 + (guint) (at[1] - '0');
}

/* A text that ends with a time: a leap second is the last one of a day in
 * UTC. */
gboolean
genlm_json_format_check_time (const char *text,
                              gsize       length)
{
  const char *end = text + length;
  const char *seconds;
  const char *offset;
  guint       minutes;
  guint       shift;

  for (seconds = end; seconds - text >= 3 && memcmp (seconds - 3, ":60", 3) != 0; seconds--)
    ;
  /* The minutes of an offset are less than 60. */
  if (seconds - text < 3 || g_ascii_toupper (end[-1]) == 'Z')
    return TRUE;
  offset = end - strlen ("+00:00");
  minutes = two_digits (seconds - 8) * 60 + two_digits (seconds - 5);
  shift = two_digits (offset + 1) * 60 + two_digits (offset + 4);
  if (*offset == '+')
    shift = 24 * 60 - shift;
  return (minutes + shift) % (24 * 60) == 23 * 60 + 59;
}

/* How long the two parts of a mailbox may be, in octets. */
#define MAX_LOCAL_PART (64)
#define MAX_DOMAIN     (255)

gboolean
genlm_json_format_check_email (const char *text,
                               gsize       length)
{
  const char *at = g_strrstr_len (text, (gssize) length, "@");

  return at - text <= MAX_LOCAL_PART && text + length - at - 1 <= MAX_DOMAIN;
}

gboolean
genlm_json_format_check_hostname (const char *text,
                                  gsize       length)
{
  return genlm_idna_check (text, length, FALSE);
}

gboolean
genlm_json_format_check_idn_hostname (const char *text,
                                      gsize       length)
{
  return genlm_idna_check (text, length, TRUE);
}

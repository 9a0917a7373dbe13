#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The vocabulary of the tiny model: the 256 single bytes, and then these. */
enum
{
  TINY_THE = 256,     /* " the" */
  TINY_THE_AGAIN,     /* the same bytes */
  TINY_EMPTY,         /* no bytes */
  TINY_CONTROL,       /* "<|control|>" */
  TINY_END,           /* "<|end|>", ends */
  TINY_STOP,          /* "<|stop|>", ends too */
  TINY_FIRST_WORD,    /* "word0", "word1", … */
  TINY_N_TOKENS = 300,
};

typedef enum
{
  TINY_PLAIN     = 0,
  TINY_DUPLICATE = 1 << 0, /* two tokens have the same text */
  TINY_NAN       = 1 << 1, /* a weight is NaN, and so all logits are */
  TINY_ABORT     = 1 << 2, /* libllama ends the process that loads it */
} TinyFlags;

GByteArray *tiny_model_build (TinyFlags   flags);
char       *tiny_model_write (const char *folder,
                              const char *name,
                              TinyFlags   flags);

G_END_DECLS

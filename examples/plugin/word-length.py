# [genlm element]
# name=word-length
# type=WordLength
# description=Text whose words are not too long
# long-name=Word length
# author=The genlm-glib authors
# class=Potential/Constraint
#
# [property max-length]
# type=u
# default=12
# description=Letters that a word may have

"""Text in which no word has more letters than wanted: a plugin in one file."""
import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GObject


class WordLength(Genlm.PotentialBase):
    max_length = GObject.Property(type=GObject.TYPE_UINT, default=12)

    def do_get_traits(self):
        return Genlm.Traits.BOOLEAN

    def do_weigh_prefix(self, context):
        # A letter counts when all its bytes are there: what may become right is not refused.
        words = [word.decode(errors='ignore') for word in bytes(context).split()]
        return 0.0 if all(len(word) <= self.max_length for word in words) else float('-inf')

    do_weigh_complete = do_weigh_prefix

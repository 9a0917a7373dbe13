// [genlm element]
// name=word-length-js
// type=WordLength
// description=Text whose words are not too long
// long-name=Word length
// author=The genlm-glib authors
// class=Potential/Constraint
//
// [property max-length]
// type=u
// default=12
// description=Letters that a word may have

// Text in which no word has more letters than wanted: a plugin in one file.
import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

export const WordLength = GObject.registerClass({
    Properties: {
        'max-length': GObject.ParamSpec.uint('max-length', null, 'Letters that a word may have',
            GObject.ParamFlags.READWRITE, 0, GLib.MAXUINT32, 12),
    },
}, class WordLength extends Genlm.PotentialBase {
    vfunc_get_traits() {
        return Genlm.Traits.BOOLEAN;
    }

    vfunc_weigh_prefix(context) {
        // A letter counts when all its bytes are there: what may become right is not refused.
        const text = new TextDecoder().decode(Uint8Array.from(context)).replaceAll('\ufffd', '');
        const words = text.split(/[ \t\n\v\f\r]/);
        return words.every(word => [...word].length <= this.max_length) ? 0 : -Infinity;
    }

    vfunc_weigh_complete(context) {
        return this.vfunc_weigh_prefix(context);
    }
});

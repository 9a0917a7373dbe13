#!/usr/bin/env -S gjs -m
// Many questions at once: a call is a promise. Over an autobatcher they are one batch, over worker processes they are
// shared out. Those import the file of the class, so it is not this one.
import {WordLength} from './plugin/word-length.js';

const p = new WordLength({max_length: 5});
const sequences = ['to be or not to be', 'that is the question', 'to sleep'];

for (const [name, q] of [['autobatched', p.to_autobatched()], ['in 2 processes', p.to_multiprocess(2)]]) {
    const weights = await Promise.all(sequences.map(s => q.complete(s)));
    print(`${name}: ${weights.join(', ')}`);
}

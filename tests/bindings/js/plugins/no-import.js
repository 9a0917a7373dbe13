// A file that needs what is not there.
import './no-such-file.js';

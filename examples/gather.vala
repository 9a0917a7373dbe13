// Many questions at once, over an autobatcher and over worker processes.

async void ask (string name, Genlm.Potential potential, string text) {
	try {
		var weight = yield potential.complete (new Genlm.Context.from_bytes (new Bytes (text.data)), null);
		print ("%s: %g\n", name, weight);
	} catch (Error error) {
		printerr ("%s\n", error.message);
	}
}

void gather (string name, Genlm.Potential potential) {
	var loop = new MainLoop ();
	var pending = 0;

	foreach (unowned string text in new string[] { "a", "ab", "abb" }) {
		pending++;
		ask.begin (name, potential, text, () => {
			if (--pending == 0)
				loop.quit ();
		});
	}
	loop.run ();
}

int main () {
	try {
		var potential = (Genlm.Potential) Genlm.element_make ("regex", new Variant.parsed ("{'pattern': <'ab*'>}"));
		gather ("autobatched", potential.to_autobatched ());
		gather ("in 2 processes", potential.to_multiprocess (2));
		return 0;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}

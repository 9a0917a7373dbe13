// Single calls that are made at the same time become one call of the batch
// function, which is asked about equal contexts once.

class Palindromes : Genlm.PotentialBase, Genlm.Potential {
	public Genlm.Scores? weigh_complete_batch (Genlm.Batch batch) throws Error {
		double[] weights = {};
		print ("a batch of %zu\n", batch.get_size ());
		for (size_t i = 0; i < batch.get_size (); i++) {
			var tokens = batch.get (i).dup_tokens ();
			var weight = 0.0;
			for (int j = 0; j < tokens.length; j++) {
				if (tokens[j] != tokens[tokens.length - 1 - j])
					weight = -double.INFINITY;
			}
			weights += weight;
		}
		return new Genlm.Scores (weights);
	}
}

async void ask (Genlm.Potential potential, string word) {
	try {
		var weight = yield potential.complete (new Genlm.Context.from_bytes (new Bytes (word.data)), null);
		print ("%s: %g\n", word, weight);
	} catch (Error error) {
		printerr ("%s\n", error.message);
	}
}

int main () {
	var potential = new Palindromes ().to_autobatched ();
	var loop = new MainLoop ();
	var pending = 0;

	foreach (unowned string word in new string[] { "level", "batch", "radar", "token", "level" }) {
		pending++;
		ask.begin (potential, word, () => {
			if (--pending == 0)
				loop.quit ();
		});
	}
	loop.run ();
	return 0;
}

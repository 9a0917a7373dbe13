// Draws from a language model the texts that a regular expression allows.

int main () {
	try {
		var model = (Genlm.Potential) Genlm.element_make ("ngram", new Variant.parsed ("{'prompt': <'The capital of'>}"));
		var pattern = (Genlm.Potential) Genlm.element_make ("regex", new Variant.parsed (
			"{'pattern': <%s>}", " [A-Z][a-z]+ is [A-Z][a-z]+\\."));
		var smc = new Genlm.Smc (new Genlm.Awrs (model, pattern), null) {
			particles = 16,
			max_tokens = 12,
			seed = 7
		};

		var sequences = smc.run_sync ();
		string text;
		double probability;
		var posterior = sequences.get_posterior ().iterator ();
		while (posterior.next ("(sd)", out text, out probability))
			print ("%.3f %s\n", probability, text);
		print ("log evidence %.3f, effective sample size %.1f\n", sequences.get_log_evidence (), sequences.get_ess ());
		return 0;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}

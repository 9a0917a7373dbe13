// A potential of one's own: text without the letter "e".

class Lipogram : Genlm.PotentialBase, Genlm.Potential {
	private static double weigh (Genlm.Context context) {
		foreach (uint32 token in context.dup_tokens ()) {
			if (token == 'e')
				return -double.INFINITY;
		}
		return 0.0;
	}

	public bool weigh_prefix (Genlm.Context context, out double weight) throws Error {
		weight = weigh (context);
		return true;
	}

	public bool weigh_complete (Genlm.Context context, out double weight) throws Error {
		weight = weigh (context);
		return true;
	}
}

int main () {
	try {
		var model = (Genlm.Potential) Genlm.element_make ("ngram", null);
		var pattern = (Genlm.Potential) Genlm.element_make ("regex", new Variant.parsed (
			"{'pattern': <%s>}", "[A-Za-z ]+\\."));
		var sampler = new Genlm.Awrs (model, pattern.multiply (new Lipogram ()));
		var smc = new Genlm.Smc (sampler, null) { particles = 32, max_tokens = 20, seed = 7 };
		var posterior = smc.run_sync ().get_posterior ().iterator ();
		string text;
		double probability;
		while (posterior.next ("(sd)", out text, out probability))
			print ("%.3f %s\n", probability, text);
		return 0;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}

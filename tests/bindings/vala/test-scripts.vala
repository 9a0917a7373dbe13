/* A potential and a sampler in Vala: every virtual function, seen from C.
 *
 * Vala compiles to C and returns what C returns, so there is nothing to guard
 * but what C itself checks: NaN, wrong sizes, a failure without an error. */

const uint32 A = 0;
const uint32 B = 1;
const uint32 EOS = 2;

Genlm.Vocab make_vocab (string[] tokens) {
	var builder = new GLib.VariantBuilder (new GLib.VariantType ("aay"));
	foreach (unowned string token in tokens)
		builder.add_value (new GLib.Variant.from_bytes (GLib.VariantType.BYTESTRING, new GLib.Bytes (token.data), true));
	try {
		return new Genlm.Vocab (builder.end (), "</s>");
	} catch (GLib.Error error) {
		GLib.error ("%s", error.message);
	}
}

Genlm.Context context (uint32[] tokens = {}) {
	return new Genlm.Context.for_tokens (tokens);
}

Genlm.Batch batch (Genlm.Context[] contexts) {
	var result = new Genlm.Batch ();
	foreach (unowned Genlm.Context item in contexts)
		result.append (item);
	return result;
}

/* At most three tokens, the last of them b. */

double may_grow (Genlm.Context context) {
	return context.get_length () < 3 || context.get_last () == B ? 0.0 : -double.INFINITY;
}

double is_finished (Genlm.Context context) {
	var length = context.get_length ();
	return length > 0 && length <= 3 && context.get_last () == B ? 0.0 : -double.INFINITY;
}

double[] may_follow (Genlm.Context context) {
	double[] values = {};
	for (uint32 token = A; token <= B; token++)
		values += context.get_length () < 3 ? may_grow (context.append (token)) : -double.INFINITY;
	values += is_finished (context);
	return values;
}

uint32[] possible (Genlm.Context context) {
	uint32[] tokens = {};
	var values = may_follow (context);
	for (uint32 token = A; token <= EOS; token++) {
		if (values[token] == 0.0)
			tokens += token;
	}
	return tokens;
}

Genlm.Scores prefix_scores (Genlm.Batch batch) {
	double[] values = {};
	for (size_t i = 0; i < batch.get_size (); i++)
		values += may_grow (batch.get (i));
	return new Genlm.Scores (values);
}

Genlm.Scores complete_scores (Genlm.Batch batch) {
	double[] values = {};
	for (size_t i = 0; i < batch.get_size (); i++)
		values += is_finished (batch.get (i));
	return new Genlm.Scores (values);
}

Genlm.WeightsList next_weights (Genlm.Batch batch) {
	var list = new Genlm.WeightsList ();
	for (size_t i = 0; i < batch.get_size (); i++)
		list.append (new Genlm.Weights (may_follow (batch.get (i))));
	return list;
}

Genlm.TokenSetList next_masks (Genlm.Batch batch) {
	var list = new Genlm.TokenSetList ();
	for (size_t i = 0; i < batch.get_size (); i++)
		list.append (new Genlm.TokenSet.for_tokens (3, possible (batch.get (i))));
	return list;
}

/* Implements every virtual function, and notes which were asked. */
class Everything : Genlm.PotentialBase, Genlm.Potential {
	public GLib.GenericSet<string> asked = new GLib.GenericSet<string> (str_hash, str_equal);
	private Genlm.Vocab own_vocab = make_vocab ({ "a", "b" });

	public unowned Genlm.Vocab? get_vocab () {
		asked.add ("get_vocab");
		return own_vocab;
	}

	public Genlm.Traits get_traits () {
		asked.add ("get_traits");
		return INLINE | BOOLEAN | MASKS;
	}

	public bool weigh_prefix (Genlm.Context context, out double weight) throws GLib.Error {
		asked.add ("weigh_prefix");
		weight = may_grow (context);
		return true;
	}

	public bool weigh_complete (Genlm.Context context, out double weight) throws GLib.Error {
		asked.add ("weigh_complete");
		weight = is_finished (context);
		return true;
	}

	public Genlm.Weights? weigh_next (Genlm.Context context) throws GLib.Error {
		asked.add ("weigh_next");
		return new Genlm.Weights (may_follow (context));
	}

	public Genlm.TokenSet? weigh_mask (Genlm.Context context) throws GLib.Error {
		asked.add ("weigh_mask");
		return new Genlm.TokenSet.for_tokens (3, possible (context));
	}

	public Genlm.Scores? weigh_prefix_batch (Genlm.Batch batch) throws GLib.Error {
		asked.add ("weigh_prefix_batch");
		return prefix_scores (batch);
	}

	public Genlm.Scores? weigh_complete_batch (Genlm.Batch batch) throws GLib.Error {
		asked.add ("weigh_complete_batch");
		return complete_scores (batch);
	}

	public Genlm.WeightsList? weigh_next_batch (Genlm.Batch batch) throws GLib.Error {
		asked.add ("weigh_next_batch");
		return next_weights (batch);
	}

	public Genlm.TokenSetList? weigh_mask_batch (Genlm.Batch batch) throws GLib.Error {
		asked.add ("weigh_mask_batch");
		return next_masks (batch);
	}

	/* Later: what an asynchronous implementation looks like. It does not call
	 * the functions above: valac takes that for a call of the parent's. */
	public void evaluate (Genlm.Request request) {
		asked.add ("evaluate");
		answer.begin (request);
	}

	private async void answer (Genlm.Request request) {
		GLib.Idle.add (answer.callback);
		yield;
		unowned Genlm.Batch batch = request.get_batch ();
		switch (request.get_method ()) {
		case PREFIX:
			request.return_scores (prefix_scores (batch));
			break;
		case COMPLETE:
			request.return_scores (complete_scores (batch));
			break;
		case NEXT:
			request.return_weights (next_weights (batch));
			break;
		default:
			request.return_masks (next_masks (batch));
			break;
		}
	}

	public Genlm.Potential? make_spawn () throws GLib.Error {
		asked.add ("make_spawn");
		return new Everything ();
	}

	public Genlm.Potential? make_coerced (Genlm.Vocab target) throws GLib.Error {
		asked.add ("make_coerced");
		return new Least (target);
	}

	public GLib.Variant? dup_recipe () throws GLib.Error {
		asked.add ("dup_recipe");
		return new GLib.Variant.parsed ("('everything', {'answer': <42>})");
	}
}

/* The same weights from the two functions that must be there. */
class Least : Genlm.PotentialBase, Genlm.Potential {
	public Least (Genlm.Vocab? vocab = null) {
		Object (vocab: vocab ?? make_vocab ({ "a", "b" }));
	}

	public virtual bool weigh_prefix (Genlm.Context context, out double weight) throws GLib.Error {
		weight = may_grow (context);
		return true;
	}

	public bool weigh_complete (Genlm.Context context, out double weight) throws GLib.Error {
		weight = is_finished (context);
		return true;
	}
}

class Child : Least {
	public override bool weigh_prefix (Genlm.Context context, out double weight) throws GLib.Error {
		weight = -1.5;
		return true;
	}
}

/* Over bytes: no letter e. */
class Lipogram : Genlm.PotentialBase, Genlm.Potential {
	public int n_asked;

	public Genlm.Traits get_traits () {
		return BOOLEAN;
	}

	private double weigh (Genlm.Context context) {
		n_asked++;
		foreach (uint32 token in context.dup_tokens ()) {
			if (token == 'e')
				return -double.INFINITY;
		}
		return 0.0;
	}

	public bool weigh_prefix (Genlm.Context context, out double weight) throws GLib.Error {
		weight = weigh (context);
		return true;
	}

	public bool weigh_complete (Genlm.Context context, out double weight) throws GLib.Error {
		weight = weigh (context);
		return true;
	}
}

class Returns : Genlm.PotentialBase, Genlm.Potential {
	public bool ok;
	public double weight;
	public Genlm.Weights? weights;

	public Returns (bool ok, double weight, Genlm.Weights? weights = null) {
		Object (vocab: make_vocab ({ "a", "b" }));
		this.ok = ok;
		this.weight = weight;
		this.weights = weights;
	}

	public bool weigh_prefix (Genlm.Context context, out double weight) throws GLib.Error {
		if (context.get_length () == 2)
			throw new Genlm.PotentialError.LIMIT ("no room");
		weight = this.weight;
		return ok;
	}

	public Genlm.Weights? weigh_next (Genlm.Context context) throws GLib.Error {
		return weights;
	}

	public Genlm.Potential? make_spawn () throws GLib.Error {
		return null;
	}
}

/* Implements every virtual function: any token of two, or the end. */
class Uniform : GLib.Object, Genlm.Sampler {
	public int n_draw;
	public int n_draw_now;
	private Genlm.Potential target = new Least ();

	public unowned Genlm.Potential? get_target () {
		return target;
	}

	private void answer (Genlm.Request request) {
		var draws = new Genlm.Draws ();
		for (size_t i = 0; i < request.get_size (); i++)
			draws.append ((uint32) (request.get_randoms ().get (i).uniform (0, 0) * 3), Math.log (3));
		request.return_draws (draws);
	}

	public void draw (Genlm.Request request) {
		n_draw++;
		answer (request);
	}

	public void draw_now (Genlm.Request request) {
		n_draw_now++;
		answer (request);
	}
}

delegate void Ask () throws GLib.Error;

void refuse (GLib.Error expected, Ask ask) {
	try {
		ask ();
	} catch (GLib.Error error) {
		assert_error (error, expected.domain, expected.code);
		return;
	}
	assert_not_reached ();
}

delegate void Body () throws GLib.Error;

void add_test (string name, owned Body body) {
	GLib.Test.add_data_func (name, () => {
		try {
			body ();
		} catch (GLib.Error error) {
			GLib.error ("%s", error.message);
		}
	});
}

void assert_weights (Genlm.Weights weights, double[] expected) {
	assert_cmpuint ((uint) weights.get_size (), EQ, expected.length);
	for (size_t i = 0; i < weights.get_size (); i++)
		assert_true (weights.get (i) == expected[i]);
}

void test_sync () throws GLib.Error {
	var p = new Everything ();

	assert_cmpuint (p.get_vocab ().get_size (), EQ, 2);
	assert_true (p.get_traits () == (Genlm.Traits.INLINE | Genlm.Traits.BOOLEAN | Genlm.Traits.MASKS));
	assert_true (p.prefix_sync (context ({ A, B, A })) == -double.INFINITY);
	assert_true (p.complete_sync (context ({ B })) == 0.0);
	assert_true (p.score_sync (context ({ A, B, EOS })) == 0.0);
	assert_weights (p.logw_next_sync (context ({ A, A })), { -double.INFINITY, 0.0, -double.INFINITY });
	assert_true (p.mask_next_sync (context ({ A, B })).equal (new Genlm.TokenSet.for_tokens (3, { B, EOS })));

	var contexts = batch ({ context (), context ({ B }), context ({ A, A }) });
	assert_true (p.batch_prefix_sync (contexts).get (2) == 0.0);
	assert_true (p.batch_complete_sync (contexts).get (1) == 0.0);
	assert_weights (p.batch_logw_next_sync (contexts).get (2), { -double.INFINITY, 0.0, -double.INFINITY });
	assert_true (p.batch_mask_next_sync (contexts).get (0).equal (new Genlm.TokenSet.for_tokens (3, { A, B })));

	foreach (unowned string name in new string[] { "get_vocab", "get_traits", "weigh_prefix", "weigh_complete",
	                                               "weigh_next", "weigh_mask", "weigh_prefix_batch",
	                                               "weigh_complete_batch", "weigh_next_batch", "weigh_mask_batch" })
		assert_true (name in p.asked);
}

async void ask_everything (Genlm.Potential p) throws GLib.Error {
	var contexts = batch ({ context (), context ({ B }) });

	assert_true ((yield p.prefix (context ({ A }), null)) == 0.0);
	assert_true ((yield p.complete (context ({ A }), null)) == -double.INFINITY);
	assert_true ((yield p.score (context ({ B, EOS }), null)) == 0.0);
	assert_weights (yield p.logw_next (context ({ A, A }), null), { -double.INFINITY, 0.0, -double.INFINITY });
	assert_cmpuint ((uint) (yield p.mask_next (context ({ A, B }), null)).get_count (), EQ, 2);
	assert_true ((yield p.batch_prefix (contexts, null)).get (1) == 0.0);
	assert_true ((yield p.batch_complete (contexts, null)).get (0) == -double.INFINITY);
	assert_weights ((yield p.batch_logw_next (contexts, null)).get (0), { 0.0, 0.0, -double.INFINITY });
	assert_cmpuint ((uint) (yield p.batch_mask_next (contexts, null)).get (0).get_count (), EQ, 2);
}

void test_async () throws GLib.Error {
	var p = new Everything ();
	var wrapped = p.to_autobatched ();

	foreach (var potential in new Genlm.Potential[] { p, wrapped, new Least () }) {
		GLib.AsyncResult? result = null;
		if (potential is Least)
			((Genlm.PotentialBase) potential).set_traits (BOOLEAN);
		ask_everything.begin (potential, (_, r) => result = r);
		while (result == null)
			GLib.MainContext.default ().iteration (true);
		ask_everything.end (result);
	}
	assert_true ("evaluate" in p.asked);
}

/* Never answers. */
class Silent : Genlm.PotentialBase, Genlm.Potential {
	private Genlm.Request[] kept = {};

	public void evaluate (Genlm.Request request) {
		kept += request;
	}
}

async void ask_in_vain (Genlm.Potential p, GLib.Cancellable? cancellable, bool is_batch) throws GLib.Error {
	if (is_batch)
		yield p.batch_prefix (batch ({ context (), context ({ A }) }), cancellable);
	else
		yield p.prefix (context ({ A }), cancellable);
}

void wait_in_vain (Genlm.Potential p, GLib.Cancellable? cancellable, GLib.Error expected) {
	foreach (var is_batch in new bool[] { false, true }) {
		GLib.AsyncResult? result = null;
		ask_in_vain.begin (p, cancellable, is_batch, (_, r) => result = r);
		if (cancellable != null)
			cancellable.cancel ();
		while (result == null)
			GLib.MainContext.default ().iteration (true);
		refuse (expected, () => ask_in_vain.end (result));
	}
}

void test_no_answer () throws GLib.Error {
	var p = new Silent ();

	wait_in_vain (p, new GLib.Cancellable (), new GLib.IOError.CANCELLED (""));
	wait_in_vain (p.to_autobatched (), new GLib.Cancellable (), new GLib.IOError.CANCELLED (""));
	p.timeout = 5;
	wait_in_vain (p, null, new Genlm.PotentialError.TIMED_OUT (""));
	refuse (new Genlm.PotentialError.NOT_SUPPORTED (""), () => p.prefix_sync (context ()));
}

void test_recipe () throws GLib.Error {
	var regex = Genlm.element_from_recipe (make_regex ("ab*").to_recipe ()) as Genlm.Potential;

	assert_true (regex.complete_sync (new Genlm.Context.from_bytes (new GLib.Bytes ("abb".data))) == 0.0);
	/* No other process knows the class. */
	refuse (new Genlm.PotentialError.NOT_SUPPORTED (""), () => new Least ().to_recipe ());
	refuse (new Genlm.PotentialError.NOT_SUPPORTED (""), () => make_regex ("a").multiply (new Lipogram ()).to_recipe ());
}

void test_copies () throws GLib.Error {
	var p = new Everything ();
	var target = make_vocab ({ "ab", "b", "c" });

	assert_true (p.spawn ().prefix_sync (context ({ B })) == 0.0);
	assert_true (p.coerce (target).get_vocab ().equal (target));
	assert_cmpstr (p.to_recipe ().print (false), EQ, "('everything', {'answer': <42>})");
	foreach (unowned string name in new string[] { "make_spawn", "make_coerced", "dup_recipe" })
		assert_true (name in p.asked);
}

void test_composition () throws GLib.Error {
	var product = new Child ().multiply (new Least ());

	assert_true (product.prefix_sync (context ({ A })) == -1.5);
	assert_true (new Least ().prefix_sync (context ({ A })) == 0.0);
	assert_weights (new Least ().logw_next_sync (context ({ A, B })), may_follow (context ({ A, B })));
}

void test_failures () throws GLib.Error {
	var a = context ({ A });

	refuse (new Genlm.PotentialError.FAILED (""), () => new Returns (false, 0.0).prefix_sync (a));
	refuse (new Genlm.PotentialError.INVALID_WEIGHT (""), () => new Returns (true, double.NAN).prefix_sync (a));
	refuse (new Genlm.PotentialError.INVALID_WEIGHT (""), () => new Returns (true, double.INFINITY).prefix_sync (a));
	refuse (new Genlm.PotentialError.LIMIT (""), () => new Returns (true, 0.0).prefix_sync (context ({ A, A })));
	refuse (new Genlm.PotentialError.NOT_SUPPORTED (""), () => new Returns (true, 0.0).complete_sync (a));
	refuse (new Genlm.PotentialError.FAILED (""), () => new Returns (true, 0.0).logw_next_sync (a));
	refuse (new Genlm.PotentialError.INVALID_RESULT (""), () => new Returns (true, 0.0, new Genlm.Weights ({ 0.0 })).logw_next_sync (a));
	refuse (new Genlm.PotentialError.INVALID_WEIGHT (""), () => new Returns (true, 0.0, new Genlm.Weights ({ 0.0, 0.0, double.NAN })).logw_next_sync (a));
	refuse (new Genlm.PotentialError.FAILED (""), () => new Returns (true, 0.0).spawn ());
}

void test_sampler () throws GLib.Error {
	var sampler = new Uniform ();
	var draws = sampler.sample_sync (context (), new Genlm.Random (7, 0, 0));

	assert_true (draws.get_log_weight (0) == Math.log (3));
	assert_cmpint (sampler.n_draw_now, EQ, 1);

	var smc = new Genlm.Smc (sampler, null);
	smc.particles = 16;
	smc.max_tokens = 5;
	assert_cmpuint (smc.run_sync ().get_size (), EQ, 16);

	GLib.AsyncResult? result = null;
	smc.run.begin (null, (_, r) => result = r);
	while (result == null)
		GLib.MainContext.default ().iteration (true);
	assert_cmpuint (smc.run.end (result).get_size (), EQ, 16);
	assert_cmpint (sampler.n_draw, GT, 0);
}

async void ask_regex (Genlm.Potential p) throws GLib.Error {
	var a = new Genlm.Context.from_bytes (new GLib.Bytes ("a".data));
	var ab = new Genlm.Context.from_bytes (new GLib.Bytes ("ab".data));
	var ba = new Genlm.Context.from_bytes (new GLib.Bytes ("ba".data));

	assert_true ((yield p.complete (ab, null)) == 0.0);
	assert_true ((yield p.prefix (ba, null)) == -double.INFINITY);
	assert_true ((yield p.mask_next (a, null)).contains ('b'));
	assert_true ((yield p.logw_next (a, null)).get ('b') == 0.0);
	assert_true ((yield p.batch_complete (batch ({ a, ab, ba }), null)).get (2) == -double.INFINITY);
}

void test_workers () throws GLib.Error {
	var workers = make_regex ("ab+").to_multiprocess (2);

	foreach (var potential in new Genlm.Potential[] { workers, workers.to_autobatched () }) {
		GLib.AsyncResult? result = null;
		ask_regex.begin (potential, (_, r) => result = r);
		while (result == null)
			GLib.MainContext.default ().iteration (true);
		ask_regex.end (result);
	}
	refuse (new Genlm.PotentialError.NOT_SUPPORTED (""), () => new Least ().to_multiprocess (1));
}

Genlm.Potential make_regex (string pattern) throws GLib.Error {
	return (Genlm.Potential) Genlm.element_make ("regex", new GLib.Variant.parsed ("{'pattern': <%s>}", pattern));
}

void test_regex () throws GLib.Error {
	var product = make_regex ("[a-z]+!").multiply (new Lipogram ());

	assert_true (product.prefix_sync (new Genlm.Context.from_bytes (new GLib.Bytes ("ab".data))) == 0.0);
	assert_true (product.complete_sync (new Genlm.Context.from_bytes (new GLib.Bytes ("ab!".data))) == 0.0);
	assert_true (product.prefix_sync (new Genlm.Context.from_bytes (new GLib.Bytes ("be".data))) == -double.INFINITY);
	assert_true (product.prefix_sync (new Genlm.Context.from_bytes (new GLib.Bytes ("a1".data))) == -double.INFINITY);
}

void test_smc () throws GLib.Error {
	var model = (Genlm.Potential) Genlm.element_make ("ngram", null);
	var lipogram = new Lipogram ();
	var smc = new Genlm.Smc (new Genlm.Awrs (model, make_regex ("[A-Za-z ]+\\.").multiply (lipogram)), null) {
		particles = 16,
		max_tokens = 30,
		seed = 3
	};
	var sequences = smc.run_sync ();
	uint finished = 0;

	for (uint i = 0; i < sequences.get_size (); i++) {
		var particle = sequences.get_particle (i);
		if (particle.get_finish () == COMPLETE) {
			finished++;
			assert_true (Regex.match_simple ("^[A-Za-df-z ]+\\.$", particle.get_text ()));
		}
	}
	assert_cmpuint (finished, GT, 0);
	assert_cmpint (lipogram.n_asked, GT, 0);
}

int main (string[] args) {
	GLib.Test.init (ref args);

	add_test ("/vala/sync", test_sync);
	add_test ("/vala/async", test_async);
	add_test ("/vala/no-answer", test_no_answer);
	add_test ("/vala/recipe", test_recipe);
	add_test ("/vala/copies", test_copies);
	add_test ("/vala/composition", test_composition);
	add_test ("/vala/failures", test_failures);
	add_test ("/vala/sampler", test_sampler);
	add_test ("/vala/regex", test_regex);
	add_test ("/vala/workers", test_workers);
	add_test ("/vala/smc", test_smc);

	return GLib.Test.run ();
}

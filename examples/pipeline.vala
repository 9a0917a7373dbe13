// A pipeline from its description: a model, a constraint, a sampler, a run.
int main () {
  try {
    var pipeline = Genlm.Pipeline.parse (
      "ngram prompt='The capital of France is' name=lm  regex pattern=' [A-Z][a-z]+\\.' name=re" +
      "  awrs potential=lm. condition=re. ! smc particles=8 max-tokens=20 seed=7");
    var smc = (Genlm.Smc) pipeline.get_last ();
    print ("%s\n", smc.run_sync (null).get_posterior ().print (false));
    return 0;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}

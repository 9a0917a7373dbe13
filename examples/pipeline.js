// A pipeline from its description: a model, a constraint, a sampler, a run.
import Genlm from 'gi://Genlm?version=1.0';

const pipeline = Genlm.Pipeline.parse(
    String.raw`ngram prompt='The capital of France is' name=lm  regex pattern=' [A-Z][a-z]+\.' name=re
               awrs potential=lm. condition=re. ! smc particles=8 max-tokens=20 seed=7`);
const sequences = await pipeline.get_last().run(null);
print(sequences.get_posterior().print(false));

// [genlm element]
// name=test-broken

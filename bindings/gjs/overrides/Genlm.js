/* What gjs adds to the Genlm namespace: see the files of the folder beside this one. */

function _init() {
    const {calls, elements, guards, host, lists} = imports.overrides.genlm;

    calls.makeCalls();
    lists.makeLists();
    guards.guardClasses();
    guards.guardAnswers();
    elements.acceptProperties();
    host.install();
}

namespace Genlm {
	public sealed class Request : GLib.Object, GLib.AsyncResult {
		[CCode (has_construct_function = false)]
		public Request (GLib.Object? source, Genlm.Method method, Genlm.Batch batch, size_t n_weights, GLib.Cancellable? cancellable = null, GLib.AsyncReadyCallback? callback = null);
	}
}

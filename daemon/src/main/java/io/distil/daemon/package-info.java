/// The program as a whole. {@link io.distil.daemon.cli} is the command line, {@link io.distil.daemon.server} the node that it
/// speaks to; what needs both is here: {@link io.distil.daemon.Training}, the run behind the ahead-of-time cache.
package io.distil.daemon;

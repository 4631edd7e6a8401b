/// The daemon: a store, its network door, its distillates and its HTTP page for monitoring, in one process.
///
/// Reading order: {@link io.distil.daemon.server.Daemon} (what is started, in which order, and stopped in the reverse),
/// {@link io.distil.daemon.server.ServerConfig} (what can be set), `HttpEndpoint` (`/metrics`, `/healthz`, `/readyz`),
/// `ServerCommand` (`distil server`).
package io.distil.daemon.server;

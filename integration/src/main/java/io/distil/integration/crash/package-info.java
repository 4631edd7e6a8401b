/// Real daemons killed by SIGKILL under load, started again, and asked for everything they ever acknowledged.
package io.distil.integration.crash;

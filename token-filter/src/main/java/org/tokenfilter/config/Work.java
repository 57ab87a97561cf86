package org.tokenfilter.config;

import java.util.Optional;

/** The work of a background task, which is repeated and may fail. */
@FunctionalInterface
interface Work {

  /**
   * Runs once. A failure that the work has not logged itself may be thrown.
   *
   * @return the failure, if the work has logged it already; empty if it succeeded
   */
  Optional<Throwable> attempt();
}

package org.tokenfilter.config;

import java.util.Optional;

/** Something that is done again and again, and may fail now and then. */
@FunctionalInterface
interface Work {

  /**
   * Does it once.
   *
   * @return why it failed, where it has reported that itself; empty if it succeeded
   */
  Optional<Throwable> attempt();
}

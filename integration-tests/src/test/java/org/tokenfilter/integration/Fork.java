package org.tokenfilter.integration;

import java.nio.file.Path;

/** This process: two run the classes of tests at the same time, each with files of its own. */
public final class Fork {

  private Fork() {}

  /** A folder below {@code target} that no other process uses; it may be missing. */
  public static Path folder(String name) {
    return Path.of("target", name + "-" + System.getProperty("fork", "fork-1")).toAbsolutePath();
  }
}

package org.tokenfilter.integration;

import java.nio.file.Path;

/**
 * Folders of this process: two processes run the test classes in parallel, each with its own files.
 */
public final class Fork {

  private Fork() {}

  /** A folder below {@code target} that no other process uses; it may be missing. */
  public static Path folder(String name) {
    return Path.of("target", name + "-" + System.getProperty("fork", "fork-1")).toAbsolutePath();
  }
}

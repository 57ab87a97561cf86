package org.tokenfilter.integration.container;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** A snapshot of the threads of the JVM. */
final class RunningThreads {

  /** The prefixes of the names of threads of the container or the JDK, which come and go. */
  private static final List<String> FOREIGN_PREFIXES =
      List.of(
          "http-nio",
          "Catalina",
          "qtp",
          "Scheduler-",
          "Session-Scheduler",
          "HttpClient-",
          "ForkJoinPool.commonPool",
          "process reaper",
          "awaitility",
          "Keep-Alive-Timer");

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Set<Thread> threads;

  private RunningThreads(Set<Thread> threads) {
    this.threads = threads;
  }

  static RunningThreads now() {
    return new RunningThreads(Thread.getAllStackTraces().keySet());
  }

  /**
   * Waits until there is no thread that was not in the snapshot; on timeout, reports those left.
   */
  static void awaitNoNewThreads(RunningThreads before) {
    try {
      await().atMost(TIMEOUT).until(() -> before.newThreads().isEmpty());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("threads are left: " + before.newThreads(), e);
    }
  }

  private List<String> newThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(it -> !threads.contains(it))
        .filter(it -> isOwnName(it.getName()) || isApplicationLoader(it.getContextClassLoader()))
        .map(it -> it.getName() + " with " + it.getContextClassLoader())
        .toList();
  }

  private static boolean isOwnName(String name) {
    return FOREIGN_PREFIXES.stream().noneMatch(name::startsWith);
  }

  /**
   * Returns true for the class loader of an application. A container's own thread, too, must not
   * keep the class loader of an undeployed application.
   */
  private static boolean isApplicationLoader(@Nullable ClassLoader loader) {
    return loader != null && loader.getClass().getSimpleName().contains("WebApp");
  }
}

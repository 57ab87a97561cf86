package org.tokenfilter.benchmark.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** The samples of a recording that belong to threads which serve requests. */
final class RequestProfile {

  static final String ALLOCATION = "jdk.ObjectAllocationSample";
  static final String EXECUTION = "jdk.ExecutionSample";

  private static final String PROJECT = "org.tokenfilter.";
  private static final String BENCHMARK = PROJECT + "benchmark.";

  /** The place of samples without a method of this library on the stack. */
  static final String CONTAINER = "the container";

  /**
   * A share of a total.
   *
   * @param method the innermost method of this library on the stack
   * @param share the share, between 0 and 1
   */
  record Share(String method, double share) {}

  private final Map<String, Long> bytes = new TreeMap<>();
  private final Map<String, Long> samples = new TreeMap<>();

  /** Reads a recording. */
  RequestProfile(Path file) throws IOException {
    try (RecordingFile recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        add(recording.readEvent());
      }
    }
  }

  private void add(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    if (stack == null || !servesRequests(stack.getFrames())) {
      return;
    }
    String place = innermostMethod(stack.getFrames());
    switch (event.getEventType().getName()) {
      case ALLOCATION ->
          bytes.merge(
              place + " | " + event.getClass("objectClass").getName(),
              event.getLong("weight"),
              Long::sum);
      case EXECUTION -> samples.merge(place, 1L, Long::sum);
      default -> {
        // No other event is recorded.
      }
    }
  }

  private static boolean servesRequests(List<RecordedFrame> frames) {
    return frames.stream().anyMatch(frame -> typeOf(frame).startsWith("org.eclipse.jetty"));
  }

  private static String innermostMethod(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String type = typeOf(frame);
      if (type.startsWith(PROJECT) && !type.startsWith(BENCHMARK)) {
        return type.substring(PROJECT.length()) + "." + frame.getMethod().getName();
      }
    }
    return CONTAINER;
  }

  private static String typeOf(RecordedFrame frame) {
    RecordedMethod method = frame.getMethod();
    return method == null ? "" : method.getType().getName();
  }

  /**
   * Returns the shares of the allocated bytes by method and class of the object, the largest first.
   */
  List<Share> allocations() {
    return shares(bytes);
  }

  /** Returns the shares of the execution samples by method, the largest first. */
  List<Share> executions() {
    return shares(samples);
  }

  private static List<Share> shares(Map<String, Long> amounts) {
    double all = amounts.values().stream().mapToLong(Long::longValue).sum();
    return amounts.entrySet().stream()
        .map(entry -> new Share(entry.getKey(), entry.getValue() / all))
        .sorted(Comparator.comparingDouble(Share::share).reversed())
        .toList();
  }
}

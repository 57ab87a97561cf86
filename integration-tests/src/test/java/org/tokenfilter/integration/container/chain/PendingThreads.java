package org.tokenfilter.integration.container.chain;

import jakarta.servlet.AsyncContext;

/** The threads that a request waits for; the last one completes the request. */
final class PendingThreads {

  private int running;
  private boolean handedOver;

  synchronized void begin() {
    running++;
    PageRunLog.begin();
  }

  /** Leaves the completion to an asynchronous dispatch of the container. */
  synchronized void handOver() {
    handedOver = true;
  }

  synchronized void end(AsyncContext async) {
    running--;
    try {
      if (running == 0 && !handedOver) {
        async.complete();
      }
    } catch (IllegalStateException ended) {
      // An error has completed the request.
    } finally {
      PageRunLog.end();
    }
  }
}

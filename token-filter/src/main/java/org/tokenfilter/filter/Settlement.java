package org.tokenfilter.filter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.token.ActiveToken;

/**
 * Renews a token when its request has succeeded: no exception, and a status below 400; of an
 * asynchronous request, when it is complete.
 */
final class Success implements AsyncListener {

  private static final Logger LOG = LoggerFactory.getLogger(Success.class);
  private static final int FIRST_FAILURE = 400;

  private final ActiveToken token;
  private final TokenService service;
  private volatile boolean failed;

  Success(ActiveToken token, TokenService service) {
    this.token = token;
    this.service = service;
  }

  /** The chain has returned without an exception. */
  void judge(HttpServletRequest request, HttpServletResponse response) {
    if (request.isAsyncStarted()) {
      request.getAsyncContext().addListener(this, request, response);
    } else {
      settle(response.getStatus());
    }
  }

  private void settle(int status) {
    if (failed || status >= FIRST_FAILURE) {
      return;
    }
    try {
      service.renew(token);
    } catch (RuntimeException e) {
      // The answer is on its way; all that is lost is this renewal.
      LOG.warn("The use of a token could not be kept", e);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    settle(((HttpServletResponse) event.getSuppliedResponse()).getStatus());
  }

  @Override
  public void onError(AsyncEvent event) {
    failed = true;
  }

  /** What the application answers instead counts, by its status. */
  @Override
  public void onTimeout(AsyncEvent event) {}

  /** Listeners do not outlive a new start. */
  @Override
  public void onStartAsync(AsyncEvent event) {
    event
        .getAsyncContext()
        .addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
  }
}

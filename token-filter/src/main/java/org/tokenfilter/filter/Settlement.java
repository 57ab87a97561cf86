package org.tokenfilter.filter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.filter.SessionContinuation.End;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * What a request leaves behind when it has ended, of an asynchronous one when it is complete: a
 * renewal if it has succeeded, with no exception and a status below 400; and the end of the session
 * that it closes, or that it has opened and failed in.
 */
final class Settlement implements AsyncListener {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final int FIRST_FAILURE = 400;

  /** Where it travels with an asynchronous request to its further dispatches. */
  private static final String ATTRIBUTE = "org.tokenfilter.filter.Settlement";

  private final Stay stay;
  private final TokenService service;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile boolean failed;

  Settlement(Stay stay, TokenService service) {
    this.stay = stay;
    this.service = service;
  }

  /** The chain has returned without an exception. */
  void judge(HttpServletRequest request, HttpServletResponse response) {
    if (request.isAsyncStarted()) {
      request.setAttribute(ATTRIBUTE, this);
      request.getAsyncContext().addListener(this, request, response);
    } else {
      settle(response.getStatus());
    }
  }

  /** The chain has thrown. */
  void failed() {
    settle(false);
  }

  /**
   * A further dispatch of an asynchronous request has thrown. Where half of the answer is on its
   * way already, some containers break it off and tell no listener.
   */
  static void failedAgain(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Settlement settlement) {
      settlement.failed();
    }
  }

  private void settle(int status) {
    settle(!failed && status < FIRST_FAILURE);
  }

  private void settle(boolean succeeded) {
    if (settled.getAndSet(true)) {
      return;
    }
    try {
      if (succeeded) {
        service.renew(stay.token());
      }
    } catch (RuntimeException e) {
      // The answer is on its way; all that is lost is this renewal.
      LOG.warn("The use of a token could not be kept", e);
    }
    TokenRecord session = stay.token().session();
    if (session != null && endsWith(succeeded)) {
      end(session.id());
    }
  }

  private boolean endsWith(boolean succeeded) {
    return stay.end() == End.IN_ANY_CASE || (stay.end() == End.ON_FAILURE && !succeeded);
  }

  private void end(TokenId session) {
    try {
      service.close(session);
    } catch (RuntimeException e) {
      LOG.warn("A session could not be ended with its request; it ends when it expires", e);
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

package org.tokenfilter.filter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.SessionContinuation.End;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.service.RunningUse;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * What a request leaves behind when it has ended, of an asynchronous one when it is complete: a
 * renewal if it has succeeded, with no exception and a status below 400; and the end of the session
 * that it closes, or that it has opened and failed in.
 */
final class Settlement {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final int FIRST_FAILURE = 400;

  /**
   * Methods that are safe (RFC 9110, 9.2.1): a page opens streams by them, and leaves them open
   * where nobody looks at it any more.
   */
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private static final Trouble NOT_RENEWED =
      new Trouble(
          "use-not-kept",
          "Uses of tokens could not be written, and tokens may expire although they are used. Look"
              + " at the store",
          "Uses of tokens are written again");

  private static final Trouble NOT_CLOSED =
      new Trouble(
          "session-not-closed",
          "Sessions could not be closed with their requests, which are answered 503. Look at the"
              + " store",
          "Sessions are closed with their requests again");

  /** What may go wrong with many requests, and is told once. */
  private record Trouble(String cause, String begins, String ends) {

    void failed(TokenSecurity security, RuntimeException why) {
      security.notices().failing(LOG, cause, begins, why);
    }

    void worked(TokenSecurity security) {
      security.notices().works(LOG, cause, ends);
    }
  }

  /** Where it travels with an asynchronous request to its further dispatches. */
  private static final String ATTRIBUTE = "org.tokenfilter.filter.Settlement";

  private final Stay stay;
  private final TokenSecurity security;
  private final @Nullable RunningUse running;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile boolean failed;

  /** A request begins, with which this token is used. */
  Settlement(Stay stay, TokenSecurity security, HttpServletRequest request) {
    this.stay = stay;
    this.security = security;
    this.running =
        READING.contains(request.getMethod()) ? null : security.service().begin(stay.token());
  }

  /** The chain has returned without an exception. */
  void judge(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.isAsyncStarted()) {
      request.setAttribute(ATTRIBUTE, this);
      try {
        request.getAsyncContext().addListener(listener(), request, response);
      } catch (RuntimeException over) {
        settleAnswered(false);
        throw over;
      }
      return;
    }
    RuntimeException unfinished = settle(isSuccess(response.getStatus()));
    if (unfinished == null) {
      return;
    }
    if (response.isCommitted()) {
      later(unfinished);
    } else {
      // A client that is answered 200 would take its session for closed.
      NOT_CLOSED.failed(security, unfinished);
      response.reset();
      security.problems().unavailable().send(response);
    }
  }

  /** The chain has thrown. */
  void failed() {
    settleAnswered(false);
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

  private boolean isSuccess(int status) {
    return !failed && status < FIRST_FAILURE;
  }

  /** Whatever is left to be done now is done later: the answer is on its way. */
  private void settleAnswered(boolean succeeded) {
    RuntimeException unfinished = settle(succeeded);
    if (unfinished != null) {
      later(unfinished);
    }
  }

  /** Why the session that ends with this request could not be ended; null if nothing is left. */
  private @Nullable RuntimeException settle(boolean succeeded) {
    if (settled.getAndSet(true)) {
      return null;
    }
    ActiveToken used = running == null ? stay.token() : running.end();
    if (succeeded) {
      renew(used);
    }
    TokenRecord session = stay.token().session();
    if (session == null || !endsWith(succeeded)) {
      return null;
    }
    try {
      security.service().close(session.id());
      NOT_CLOSED.worked(security);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** The answer is on its way; all that may be lost is this renewal. */
  private void renew(ActiveToken used) {
    try {
      security.service().renew(used);
      NOT_RENEWED.worked(security);
    } catch (RuntimeException e) {
      NOT_RENEWED.failed(security, e);
    }
  }

  private boolean endsWith(boolean succeeded) {
    return stay.end() == End.IN_ANY_CASE || (stay.end() == End.ON_FAILURE && !succeeded);
  }

  private void later(RuntimeException why) {
    TokenRecord session = stay.token().session();
    if (session != null) {
      security.closeLater(session.id(), why);
    }
  }

  /**
   * What hears of the end of an asynchronous request. No class of ours is an AsyncListener: WildFly
   * takes each for a component that it would have to make by itself, and warns that it cannot.
   */
  private AsyncListener listener() {
    return (AsyncListener)
        Proxy.newProxyInstance(
            Settlement.class.getClassLoader(),
            new Class<?>[] {AsyncListener.class},
            (listener, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> listener == arguments[0];
                  case "hashCode" -> System.identityHashCode(listener);
                  case "toString" -> ATTRIBUTE;
                  default -> {
                    hear(method.getName(), (AsyncEvent) arguments[0], (AsyncListener) listener);
                    yield null;
                  }
                });
  }

  private void hear(String what, AsyncEvent event, AsyncListener listener) {
    switch (what) {
      case "onComplete" ->
          settleAnswered(
              isSuccess(((HttpServletResponse) event.getSuppliedResponse()).getStatus()));
      case "onError" -> failed = true;
      // Listeners do not outlive a new start.
      case "onStartAsync" ->
          event
              .getAsyncContext()
              .addListener(listener, event.getSuppliedRequest(), event.getSuppliedResponse());
      // onTimeout: what the application answers instead counts, by its status.
      default -> {}
    }
  }
}

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
 * The completion of a request, which waits for the processing of an asynchronous one. A request
 * that has succeeded, with no exception and a status below 400, renews its token. A session is
 * revoked if the request closes it, or if the request has opened it and failed.
 */
final class Settlement {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
  private static final int FIRST_FAILURE = 400;

  /**
   * Safe methods (RFC 9110, 9.2.1). A page opens streams with them and may leave these open when it
   * is no longer viewed, so a running request of these methods does not keep its token alive.
   */
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private static final Trouble NOT_RENEWED =
      new Trouble(
          "use-not-kept",
          "Uses of tokens could not be written, and tokens may expire although they are in use."
              + " Check the store",
          "Uses of tokens are written again");

  private static final Trouble NOT_CLOSED =
      new Trouble(
          "session-not-closed",
          "Sessions could not be closed with their requests, which are answered 503. Check the"
              + " store",
          "Sessions are closed with their requests again");

  /** A failure that may affect many requests and is reported once. */
  private record Trouble(String cause, String begins, String ends) {

    void failed(TokenSecurity security, RuntimeException why) {
      security.notices().failing(LOG, cause, begins, why);
    }

    void worked(TokenSecurity security) {
      security.notices().works(LOG, cause, ends);
    }
  }

  /**
   * The attribute that carries the completion to the further dispatches of an asynchronous request.
   */
  private static final String ATTRIBUTE = "org.tokenfilter.filter.Settlement";

  private final Stay stay;
  private final TokenSecurity security;
  private final @Nullable RunningUse running;
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile boolean failed;

  /** Creates the completion at the start of a request that uses a token. */
  Settlement(Stay stay, TokenSecurity security, HttpServletRequest request) {
    this.stay = stay;
    this.security = security;
    this.running =
        READING.contains(request.getMethod()) ? null : security.service().begin(stay.token());
  }

  /**
   * Completes the request after the chain has returned without an exception. The completion of an
   * asynchronous request waits for its processing.
   */
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
      // A client that receives 200 would consider its session closed.
      NOT_CLOSED.failed(security, unfinished);
      response.reset();
      security.problems().unavailable().send(response);
    }
  }

  /** Completes the request after the chain has thrown an exception. */
  void failed() {
    settleAnswered(false);
  }

  /**
   * Completes an asynchronous request after one of its further dispatches has thrown an exception.
   * If a part of the response is already sent, some containers abort it without a notification of
   * listeners.
   */
  static void failedAgain(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Settlement settlement) {
      settlement.failed();
    }
  }

  private boolean isSuccess(int status) {
    return !failed && status < FIRST_FAILURE;
  }

  /**
   * Completes a request whose response is already sent. A session that cannot be closed now is
   * closed later.
   */
  private void settleAnswered(boolean succeeded) {
    RuntimeException unfinished = settle(succeeded);
    if (unfinished != null) {
      later(unfinished);
    }
  }

  /**
   * Renews the token and closes the session, once for the request.
   *
   * @return the exception that prevented the closing; null if nothing is left to be done
   */
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

  /** Renews the token. The response is already sent, so a failure loses this renewal only. */
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
   * Returns a listener that completes an asynchronous request. No class of this project implements
   * AsyncListener: WildFly treats each one as a component that it must create itself, and warns
   * that it cannot.
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
      // A restart of the asynchronous processing removes the listeners.
      case "onStartAsync" ->
          event
              .getAsyncContext()
              .addListener(listener, event.getSuppliedRequest(), event.getSuppliedResponse());
      // onTimeout: the status of the response that the application then sends decides.
      default -> {}
    }
  }
}

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
import org.tokenfilter.filter.Decision.Granted;
import org.tokenfilter.gateway.GatewaySession.CloseWhen;
import org.tokenfilter.service.TrackedRequest;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * The completion of a request, which waits for the processing of an asynchronous one. A request
 * that has succeeded, with no exception and a status below 400, renews its token. A session is
 * revoked if the request closes it, or if the request has opened it and failed.
 */
final class RequestCompletion {

  private static final Logger LOG = LoggerFactory.getLogger(RequestCompletion.class);
  private static final int FIRST_ERROR_STATUS = 400;

  /**
   * Safe methods (RFC 9110, 9.2.1). A page opens streams with them and may leave these open when it
   * is no longer viewed, so a running request of these methods does not keep its token alive.
   */
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private static final RecurringFailure NOT_RENEWED =
      new RecurringFailure(
          "use-not-kept",
          "Uses of tokens could not be written, and tokens may expire although they are in use."
              + " Check the store",
          "Uses of tokens are written again");

  private static final RecurringFailure NOT_CLOSED =
      new RecurringFailure(
          "session-not-closed",
          "Sessions could not be closed with their requests, which are answered 503. Check the"
              + " store",
          "Sessions are closed with their requests again");

  /** A failure that may affect many requests and is reported once. */
  private record RecurringFailure(String cause, String failureMessage, String recoveryMessage) {

    void reportFailure(TokenSecurity security, RuntimeException why) {
      security.operatorLog().reportFailure(LOG, cause, failureMessage, why);
    }

    void reportRecovery(TokenSecurity security) {
      security.operatorLog().reportRecovery(LOG, cause, recoveryMessage);
    }
  }

  /**
   * The attribute that carries the completion to the further dispatches of an asynchronous request.
   */
  private static final String ATTRIBUTE = "org.tokenfilter.filter.Settlement";

  private final ActiveToken token;
  private final CloseWhen closeWhen;
  private final TokenSecurity security;
  private final @Nullable TrackedRequest activeRequest;
  private final AtomicBoolean completed = new AtomicBoolean();
  private volatile boolean failed;

  /** Creates the completion at the start of a request that uses a token. */
  RequestCompletion(Granted granted, HttpServletRequest request) {
    this.token = granted.token();
    this.closeWhen = granted.closeWhen();
    this.security = granted.security();
    this.activeRequest =
        SAFE_METHODS.contains(request.getMethod()) ? null : security.service().trackRequest(token);
  }

  /**
   * Completes the request after the chain has returned without an exception. The completion of an
   * asynchronous request waits for its processing.
   */
  void onChainReturned(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.isAsyncStarted()) {
      request.setAttribute(ATTRIBUTE, this);
      try {
        request.getAsyncContext().addListener(listener(), request, response);
      } catch (RuntimeException over) {
        completeAfterResponse(false);
        throw over;
      }
      return;
    }
    RuntimeException closeFailure = complete(isSuccess(response.getStatus()));
    if (closeFailure == null) {
      return;
    }
    if (response.isCommitted()) {
      closeSessionLater(closeFailure);
    } else {
      // A client that receives 200 would consider its session closed.
      NOT_CLOSED.reportFailure(security, closeFailure);
      response.reset();
      security.problems().unavailable().send(response);
    }
  }

  /** Completes the request after the chain has thrown an exception. */
  void failed() {
    completeAfterResponse(false);
  }

  /**
   * Completes an asynchronous request after one of its further dispatches has thrown an exception.
   * If a part of the response is already sent, some containers abort it without a notification of
   * listeners.
   */
  static void onLaterDispatchFailed(HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof RequestCompletion completion) {
      completion.failed();
    }
  }

  private boolean isSuccess(int status) {
    return !failed && status < FIRST_ERROR_STATUS;
  }

  /**
   * Completes a request whose response is already sent. A session that cannot be closed now is
   * closed later.
   */
  private void completeAfterResponse(boolean succeeded) {
    RuntimeException closeFailure = complete(succeeded);
    if (closeFailure != null) {
      closeSessionLater(closeFailure);
    }
  }

  /**
   * Renews the token and closes the session, once for the request.
   *
   * @return the exception that prevented the closing; null if nothing is left to be done
   */
  private @Nullable RuntimeException complete(boolean succeeded) {
    if (completed.getAndSet(true)) {
      return null;
    }
    ActiveToken used = activeRequest == null ? token : activeRequest.finish();
    if (succeeded) {
      renew(used);
    }
    TokenRecord session = token.session();
    if (session == null || !closesSession(succeeded)) {
      return null;
    }
    try {
      security.service().revoke(session.id());
      NOT_CLOSED.reportRecovery(security);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** Renews the token. The response is already sent, so a failure loses this renewal only. */
  private void renew(ActiveToken used) {
    try {
      security.service().renew(used);
      NOT_RENEWED.reportRecovery(security);
    } catch (RuntimeException e) {
      NOT_RENEWED.reportFailure(security, e);
    }
  }

  private boolean closesSession(boolean succeeded) {
    return closeWhen == CloseWhen.ALWAYS || (closeWhen == CloseWhen.ON_FAILURE && !succeeded);
  }

  private void closeSessionLater(RuntimeException why) {
    TokenRecord session = token.session();
    if (session != null) {
      security.revokeLater(session.id(), why);
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
            RequestCompletion.class.getClassLoader(),
            new Class<?>[] {AsyncListener.class},
            (listener, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> listener == arguments[0];
                  case "hashCode" -> System.identityHashCode(listener);
                  case "toString" -> ATTRIBUTE;
                  default -> {
                    onAsyncEvent(
                        method.getName(), (AsyncEvent) arguments[0], (AsyncListener) listener);
                    yield null;
                  }
                });
  }

  private void onAsyncEvent(String what, AsyncEvent event, AsyncListener listener) {
    switch (what) {
      case "onComplete" ->
          completeAfterResponse(
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

package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.config.Admission;
import org.tokenfilter.config.LoggedUser;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.ActiveToken;

/**
 * The decision about a request. An attribute of the request, which no client can set, makes it
 * available to the further dispatches.
 */
sealed interface Decision extends Admission {

  /**
   * The decision to let a request pass.
   *
   * @param security the configuration of the application that decided
   * @param stay the token and its session
   * @param principal the user of the request
   */
  record Admitted(TokenSecurity security, Stay stay, TokenPrincipal principal) implements Decision {

    /** Creates the decision for a token and its session. */
    Admitted(TokenSecurity security, Stay stay) {
      this(security, stay, TokenPrincipal.of(stay.token()));
    }

    ActiveToken token() {
      return stay.token();
    }

    @Override
    public TokenId admitted() {
      return principal.handle();
    }

    @Override
    public void keepIn(HttpServletRequest request) {
      Decision.super.keepIn(request);
      LoggedUser.note(request, principal.name());
    }
  }

  /**
   * The decision to refuse a request.
   *
   * @param security the configuration of the application that decided
   * @param answer the problem to send
   */
  record Refused(TokenSecurity security, Problem answer) implements Decision {

    @Override
    public @Nullable TokenId admitted() {
      return null;
    }
  }

  /** Stores the decision in a request. */
  default void keepIn(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** Returns the application's decision about a request; null if there is none. */
  static @Nullable Decision of(HttpServletRequest request, TokenSecurity security) {
    return request.getAttribute(ATTRIBUTE) instanceof Decision decision
            && decision.security() == security
        ? decision
        : null;
  }
}

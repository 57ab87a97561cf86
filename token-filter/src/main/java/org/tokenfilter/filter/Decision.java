package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.container.AccessLogUser;
import org.tokenfilter.container.GrantedAccess;
import org.tokenfilter.gateway.GatewaySession.CloseWhen;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.ActiveToken;

/**
 * The decision about a request. An attribute of the request, which no client can set, makes it
 * available to the further dispatches.
 */
sealed interface Decision extends GrantedAccess {

  /**
   * The decision to let a request pass.
   *
   * @param security the configuration of the application that decided
   * @param token the token, with its session if it has one
   * @param closeWhen the condition under which the request closes the session
   * @param principal the user of the request
   */
  record Granted(
      TokenSecurity security, ActiveToken token, CloseWhen closeWhen, TokenPrincipal principal)
      implements Decision {

    /** Creates the decision for a token. */
    Granted(TokenSecurity security, ActiveToken token, CloseWhen closeWhen) {
      this(security, token, closeWhen, TokenPrincipal.of(token));
    }

    @Override
    public TokenId grantedTokenId() {
      return principal.tokenId();
    }

    @Override
    public void storeIn(HttpServletRequest request) {
      Decision.super.storeIn(request);
      AccessLogUser.set(request, principal.name());
    }
  }

  /**
   * The decision to refuse a request.
   *
   * @param security the configuration of the application that decided
   * @param problem the problem to send
   */
  record Denied(TokenSecurity security, Problem problem) implements Decision {

    @Override
    public @Nullable TokenId grantedTokenId() {
      return null;
    }
  }

  @Override
  TokenSecurity security();

  /** Stores the decision in a request. */
  default void storeIn(HttpServletRequest request) {
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

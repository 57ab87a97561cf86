package org.tokenfilter.attack;

import java.io.IOException;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.forgery.BaseToken;

/** A live token of each kind that a {@link TokenRoute} accepts, all of user alice. */
record BaseTokens(BaseToken open, BaseToken user, BaseToken apiClient) {

  /** Issues new tokens of this application. */
  static BaseTokens of(AttackedApp app) throws IOException {
    return new BaseTokens(
        base(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.OPEN)),
        base(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.USER)),
        base(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.API_CLIENT)));
  }

  /** Returns the base token for a token that this application has issued. */
  static BaseToken base(AttackedApp app, String token) {
    TokenRecord record = app.security.service().introspect(token).orElseThrow().record();
    return new BaseToken(app.secret(token), BaseToken.claims(record, AttackedApp.AUDIENCE));
  }

  /** Returns the token that this route accepts. */
  BaseToken forRoute(TokenRoute way) {
    return switch (way.acceptedKind()) {
      case OPEN -> open;
      case USER -> user;
      case API_CLIENT -> apiClient;
    };
  }
}

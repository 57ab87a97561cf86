package org.tokenfilter.attack;

import java.io.IOException;

/** A live token of each kind that a {@link TokenRoute} accepts, all of user alice. */
record BaseTokens(BaseToken open, BaseToken user, BaseToken apiClient) {

  /** Issues new tokens of this application. */
  static BaseTokens of(AttackedApp app) throws IOException {
    return new BaseTokens(
        BaseToken.of(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.OPEN)),
        BaseToken.of(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.USER)),
        BaseToken.of(app, AllFamiliesApp.issue(app, TokenRoute.AcceptedKind.API_CLIENT)));
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

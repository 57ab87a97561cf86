package org.tokenfilter.attack;

import java.io.IOException;

/** A live token of each kind that a {@link Way} accepts, all of user alice. */
record Seeds(Seed open, Seed user, Seed apiClient) {

  /** Issues new tokens of this application. */
  static Seeds of(AttackedApp app) throws IOException {
    return new Seeds(
        Seed.of(app, AllFamilies.given(app, Way.Takes.OPEN)),
        Seed.of(app, AllFamilies.given(app, Way.Takes.USER)),
        Seed.of(app, AllFamilies.given(app, Way.Takes.API_CLIENT)));
  }

  /** Returns the token that this route accepts. */
  Seed on(Way way) {
    return switch (way.takes()) {
      case OPEN -> open;
      case USER -> user;
      case API_CLIENT -> apiClient;
    };
  }
}

package org.tokenfilter.attack;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.Subject;

/**
 * The kinds of requests that call the store, each with the call that its answer needs. The
 * application has {@link FamilyServlets}, and {@code token.revocation.lag} is zero.
 */
enum StoreRequest {
  LOGIN_SESSION(Call.INSERT, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      return http -> LoginRoute.SESSION_BASIC.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_GATEWAY(Call.INSERT, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      return http -> LoginRoute.GATEWAY_FORM.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_QUERY(Call.INSERT, LoginRoute.QUERY_FORM::isUnavailable) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      return http -> LoginRoute.QUERY_FORM.logIn(http, "alice", "wonderland");
    }
  },
  LOGIN_CLIENT(Call.INSERT, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      return http -> LoginRoute.CLIENT_JSON.logIn(http, "alice", "wonderland");
    }
  },
  GET(Call.FIND, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.get("/secure/x", session);
    }
  },
  POST_OPEN(Call.FIND, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String open = holder.open();
      return http -> http.send("POST", "/secure/x.do", bearer(open));
    }
  },
  FORWARD(Call.FIND, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.get("/public/forward", session);
    }
  },
  OPEN_KEPT_SESSION(Call.INSERT, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/cra/data?close=false", bearer(user));
    }
  },
  QUERY(Call.FIND, LoginRoute.QUERY_BASIC::isUnavailable) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/QuerySessionToken?SessionToken=" + user);
    }
  },
  KEEP_ALIVE(Call.RENEW, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.send("POST", FamilyServlets.GATEWAY + "/orders/keepAlive", bearer(user));
    }
  },
  RENEW(Call.RENEW, LoginRoute.QUERY_BASIC::isUnavailable) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/RenewSessionToken", bearer(user));
    }
  },
  REFRESH(Call.REPLACE, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String client = holder.client();
      return http -> http.send("POST", "/routelink/v1/refreshToken", bearer(client));
    }
  },
  LOG_OUT(Call.REVOKE, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String[] session = holder.session();
      return http -> http.send("POST", "/security/rest/token/logout", session);
    }
  },
  REVOKE(Call.REVOKE, LoginRoute.QUERY_BASIC::isUnavailable) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/RevokeSessionToken", bearer(user));
    }
  },
  OAUTH_REVOKE(Call.REVOKE, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String open = holder.open();
      String body = "token=" + open;
      return http ->
          http.raw(
              "POST /oauth/revoke HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                  + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body);
    }
  },
  LIST(Call.LIST, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.get("/sessions", bearer(user));
    }
  },
  REVOKE_OTHERS(Call.REVOKE_ALL, ExpectedAnswer.UNAVAILABLE::fits) {
    @Override
    Sent prepare(TokenHolder holder) throws IOException {
      String user = holder.user();
      return http -> http.send("DELETE", "/sessions?others=true", bearer(user));
    }
  };

  private final Call call;

  /** The check of an answer; it is stateless and so in fact immutable. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Predicate<Answer> unavailable;

  StoreRequest(Call call, Predicate<Answer> unknown) {
    this.call = call;
    this.unavailable = unknown;
  }

  /** A client that gets the kind of token that a request needs. */
  static final class TokenHolder {

    private final AttackedApp app;

    TokenHolder(AttackedApp app) {
      this.app = app;
    }

    String[] session() throws IOException {
      Session session = app.session(Accounts.ALICE, 0);
      return new String[] {bearer(session.token()), "Cookie: SESSION=" + session.id()};
    }

    String open() throws IOException {
      return app.open(Accounts.ALICE, 5);
    }

    String user() throws IOException {
      return app.secret(token(LoginRoute.GATEWAY_JSON));
    }

    String client() throws IOException {
      return app.secret(token(LoginRoute.CLIENT_JSON));
    }

    private String token(LoginRoute route) throws IOException {
      return route.tokenOf(route.logIn(app.http(), "alice", "wonderland"));
    }
  }

  /** Configures an application that answers all of these requests. */
  static AttackedApp.Plan configure(AttackedApp.Plan plan) {
    return plan.setting("token.revocation.lag", "PT0S")
        .authenticator(credential -> Optional.of(Subject.of(credential.username())))
        .filterParam("token.gateway.paths", "/cra/*")
        .register(
            registrations -> {
              FamilyServlets.register(registrations);
              registrations.servlet(
                  "forward",
                  (request, response) ->
                      request.getRequestDispatcher("/secure/x").forward(request, response),
                  "/public/forward");
            });
  }

  /** Gets the tokens for the request, which is sent later. */
  abstract Sent prepare(TokenHolder holder) throws IOException;

  /** A prepared request. */
  @FunctionalInterface
  interface Sent {
    Answer to(RawHttp http) throws IOException;
  }

  /** Returns the call of the store that the answer needs. */
  Call call() {
    return call;
  }

  /** Returns whether this is the answer to a store that did not answer. */
  boolean isUnavailable(Answer answer) {
    return unavailable.test(answer);
  }

  /** Returns whether the answer contains no credential and no protected content. */
  boolean disclosesNothing(Answer answer) {
    return answer.all("Set-Cookie").isEmpty()
        && answer.all("session").isEmpty()
        && Stream.of("eyJ", "secret of").noneMatch(answer.body()::contains);
  }

  static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }
}

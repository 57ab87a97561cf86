package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that reports the state of a token to other services (RFC 7662). Map it to {@code
 * /oauth/introspect}.
 *
 * <pre>
 *   POST /oauth/introspect                          200 OK
 *   Authorization: Basic c2VydmljZTou...            {"active":true,"sub":"alice","token_type":"user",
 *   Content-Type: application/x-www-form-urlencoded  "iat":1795309323,"exp":1795914123,"aud":"/shop",
 *                                                    "jti":"ZXIEy0V0...","remaining":900000}
 *   token=eyJ...
 * </pre>
 *
 * <p>The caller needs the role of {@code token.introspection.role} and authenticates by Basic or by
 * a token of its own. The response for an inactive token is {@code {"active":false}} without
 * further members. Introspection renews no token. {@code remaining} is in milliseconds, null for a
 * token that never expires; {@code exp} is absent if only the idle timeout limits the token.
 */
public class IntrospectionServlet extends LoginServlet {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public IntrospectionServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public IntrospectionServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  ErrorFormat errorFormat() {
    return TokenParameter.ERROR_FORMAT;
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    return request.getPathInfo() == null ? new Route(List.of("POST"), this::introspect) : null;
  }

  private void introspect(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    if (!rolesOfCaller(request).contains(handle().settings().introspectionRole())) {
      throw new TokenRejectedException(
          Rejection.MISSING_ROLE, "the caller lacks the role for introspection");
    }
    @Nullable ActiveToken token = service().introspect(TokenParameter.read(request)).orElse(null);
    JsonResponse.send(
        response,
        json -> {
          json.writeBooleanField("active", token != null);
          if (token != null) {
            writeClaims(json, token);
          }
        });
  }

  private Set<String> rolesOfCaller(HttpServletRequest request)
      throws TokenRejectedException, IOException {
    if (EndpointLogin.hasBasicCredentials(request)) {
      return endpointLogin().checkBasic(request).roles();
    }
    try {
      PresentedToken presented = handle().transport().tokens().readForAction(request);
      ActiveToken caller = service().validate(presented);
      // The memory of this node may lack a role that the caller was given a moment ago.
      return caller.roles().contains(handle().settings().introspectionRole())
          ? caller.roles()
          : service().reread(caller).roles();
    } catch (TokenRejectedException refused) {
      if (refused.rejection() == Rejection.MISSING) {
        throw new TokenRejectedException(Rejection.NO_CREDENTIALS, refused.detail());
      }
      throw refused;
    }
  }

  private void writeClaims(JsonGenerator json, ActiveToken token) throws IOException {
    json.writeStringField("sub", token.record().subject());
    json.writeStringField("token_type", JsonValues.kindName(token.record()));
    json.writeNumberField("iat", token.record().issuedAt().getEpochSecond());
    Instant expiresAt = token.record().expiresAt();
    if (expiresAt != null) {
      json.writeNumberField("exp", expiresAt.getEpochSecond());
    }
    json.writeStringField("aud", service().audience());
    json.writeStringField("jti", token.record().id().toString());
    JsonValues.writeRemaining(json, token.remaining());
  }
}

package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.carrier.RequestTokenReader;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Denied;
import org.tokenfilter.filter.Decision.Granted;
import org.tokenfilter.gateway.GatewaySession;
import org.tokenfilter.gateway.GatewaySession.CloseWhen;
import org.tokenfilter.gateway.GatewaySession.SessionUse;
import org.tokenfilter.gateway.GatewayTokenReader;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/** The access decisions about requests, by the tokens that they present. Thread-safe. */
final class AccessDecider {

  private final TokenSecurity security;
  private final TokenService service;
  private final Problems problems;
  private final RequestTokenReader tokens;
  private final GatewayTokenReader gatewayTokens;
  private final GatewaySession gatewaySession;
  private final PathPatterns gatewayPaths;
  private final PathPatterns passivePaths;
  private final RefusalWarnings warnings;

  AccessDecider(SecurityHandle handle, RefusalWarnings warnings) {
    this.security = handle.security();
    this.service = security.service();
    this.problems = security.problems();
    this.tokens = handle.transport().tokens();
    this.gatewayTokens = new GatewayTokenReader(tokens);
    this.gatewaySession = new GatewaySession(handle);
    this.gatewayPaths = new PathPatterns(handle.settings().gatewayPaths());
    this.passivePaths = new PathPatterns(handle.settings().passivePaths());
    this.warnings = warnings;
  }

  /** Decides about a request. Fails closed: after any failure the request does not pass. */
  Decision decide(@Nullable String path, HttpServletRequest request, HttpServletResponse response) {
    try {
      Granted granted = grant(path, request, response);
      warnings.requestDecided();
      return granted;
    } catch (TokenRejectedException refused) {
      warnings.requestDecided();
      warnings.requestRefused(request, refused);
      return new Denied(security, problems.of(refused.rejection()));
    } catch (RuntimeException | Error failure) {
      warnings.requestFailed(failure);
      return new Denied(security, problems.unavailable());
    }
  }

  private Granted grant(
      @Nullable String path, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    boolean atGateway = gatewayPaths.matches(path);
    PresentedToken presented = read(request, atGateway);
    ActiveToken valid = service.validate(presented);
    ActiveToken token = passivePaths.matches(path) ? valid.asPassive() : valid;
    if (!atGateway) {
      return new Granted(security, token, CloseWhen.NEVER);
    }
    SessionUse use = gatewaySession.resolve(token, presented, request, response);
    return new Granted(security, use.token(), use.closeWhen());
  }

  private PresentedToken read(HttpServletRequest request, boolean atGateway)
      throws TokenRejectedException {
    return atGateway ? gatewayTokens.read(request) : tokens.read(request);
  }

  /**
   * Returns the token of a request that needs none, which does not renew it.
   *
   * @throws TokenRejectedException if the token is missing or not valid, or another site may have
   *     made a browser send it
   */
  ActiveToken identify(@Nullable String path, HttpServletRequest request)
      throws TokenRejectedException {
    return service.validate(read(request, gatewayPaths.matches(path))).asPassive();
  }
}

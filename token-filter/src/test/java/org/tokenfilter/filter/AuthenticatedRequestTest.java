package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;

/** Requests that call the container only if no user has logged in by a token. */
final class AuthenticatedRequestTest {

  private final HttpServletRequest container = mock(HttpServletRequest.class);
  private final HttpServletResponse response = mock(HttpServletResponse.class);
  private final SecurityHandle handle = mock(SecurityHandle.class);

  @Test
  void authenticateSucceedsForKnownUser() throws Exception {
    TokenPrincipal alice =
        new TokenPrincipal(
            "alice",
            TokenKind.OPEN,
            TokenId.of(new byte[TokenId.LENGTH]),
            null,
            Set.of(),
            Instant.EPOCH,
            null,
            Map.of());

    assertThat(request(alice).authenticate(response)).isTrue();
    verify(container, never()).authenticate(any());
  }

  @Test
  void authenticateDelegatesToContainerWithoutUser() throws Exception {
    assertThat(request(null).authenticate(response)).isFalse();
    when(container.authenticate(response)).thenReturn(true);
    assertThat(request(null).authenticate(response)).isTrue();
  }

  @Test
  void logoutOnPublicPathAlsoLogsOutOfContainer() throws Exception {
    TokenSecurity security = mock(TokenSecurity.class);
    when(handle.security()).thenReturn(security);
    when(security.problems()).thenReturn(new Problems("/shop", Duration.ofMinutes(5)));
    request(null).logout();
    verify(container, never()).logout();

    when(container.getUserPrincipal()).thenReturn(mock(Principal.class));
    request(null).logout();

    verify(container).logout();
  }

  private AuthenticatedRequest request(@Nullable TokenPrincipal principal) {
    return principal == null
        ? new AuthenticatedRequest(container, response, handle, mock(DeferredAuthentication.class))
        : new AuthenticatedRequest(container, response, handle, principal);
  }
}

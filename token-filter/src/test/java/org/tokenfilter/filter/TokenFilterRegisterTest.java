package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.InMemoryTokenStore;

/** The registration of the filter in one line. */
final class TokenFilterRegisterTest {

  private final ServletContext context = mock(ServletContext.class);

  @Test
  void mapsAllPathsAndDispatchesBeforeOtherFilters() {
    FilterRegistration.Dynamic registration = mock(FilterRegistration.Dynamic.class);
    when(context.addFilter(eq("token"), any(Filter.class))).thenReturn(registration);
    try (TokenSecurity security = security()) {
      assertThat(TokenFilter.register(context, security)).isSameAs(registration);
    }
    verify(registration).setAsyncSupported(true);
    verify(registration).addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
  }

  @Test
  void refusesASecondFilterOfTheName() {
    try (TokenSecurity security = security()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> TokenFilter.register(context, security))
          .withMessageContaining("register only one of the two");
    }
  }

  private static TokenSecurity security() {
    ContentKey key =
        new ContentKey(
            "k1",
            ContentEncryption.A128CBC_HS256,
            ContentKey.State.ACTIVE,
            "0123456789abcdefFEDCBA9876543210".getBytes(StandardCharsets.US_ASCII));
    return TokenSecurity.builder()
        .keys(() -> KeyRing.of(List.of(key)))
        .store(new InMemoryTokenStore())
        .audience("/shop")
        .build();
  }
}

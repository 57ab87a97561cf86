package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.BufferRecyclers;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.ref.SoftReference;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JsonResponseTest {

  /** Access to the buffer that Jackson keeps for a thread. */
  @SuppressWarnings("deprecation") // there is no other access
  private static final class ThreadBuffer extends BufferRecyclers {
    static @Nullable SoftReference<BufferRecycler> ofCurrentThread() {
      return _recyclerRef.get();
    }
  }

  /** A buffer in a container's thread would keep the class loader of a stopped application. */
  @Test
  void leavesNoBufferInItsThread() {
    CompletableFuture<Boolean> clean = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                HttpServletResponse response = mock(HttpServletResponse.class);
                when(response.getOutputStream()).thenReturn(mock(ServletOutputStream.class));
                JsonResponse.send(response, json -> json.writeStringField("name", "value"));
                clean.complete(ThreadBuffer.ofCurrentThread() == null);
              } catch (Exception e) {
                clean.completeExceptionally(e);
              }
            })
        .start();
    assertThat(clean.join()).isTrue();
  }
}

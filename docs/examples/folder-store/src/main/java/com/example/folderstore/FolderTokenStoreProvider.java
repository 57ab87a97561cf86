package com.example.folderstore;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/** The provider of {@link FolderTokenStore}, chosen by {@code token.store=folder}. */
public final class FolderTokenStoreProvider implements TokenStoreProvider {

  /** Creates the provider. Called by {@link java.util.ServiceLoader}. */
  public FolderTokenStoreProvider() {}

  @Override
  public String name() {
    return "folder";
  }

  /** Returns the required setting {@code token.store.folder.folder}, the folder of the records. */
  @Override
  public Set<String> settings() {
    return Set.of("folder");
  }

  @Override
  public TokenStore open(Map<String, String> settings) {
    String folder = settings.getOrDefault("folder", "");
    if (folder.isBlank()) {
      throw new IllegalArgumentException("set token.store.folder.folder to the folder to use");
    }
    return new FolderTokenStore(Path.of(folder), duration(settings, "timeout"));
  }

  private static Duration duration(Map<String, String> settings, String name) {
    String text = settings.getOrDefault(name, "");
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException wrong) {
      throw new IllegalArgumentException(
          name + " must be an ISO-8601 duration such as PT1H, not '" + text + "'", wrong);
    }
  }
}

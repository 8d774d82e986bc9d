package kilonet.data;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a picture is brought to the size that a net takes. */
public enum Fit {
  /**
   * Made as large as it can be with its proportions kept, in the middle; what is left at two sides
   * is filled with the mean colour of the picture's border.
   */
  @JsonProperty("pad")
  PAD,
  /** Made as small as it can be with its proportions kept, and cut off at two sides alike. */
  @JsonProperty("crop")
  CROP,
  /** Stretched, each side by itself. */
  @JsonProperty("stretch")
  STRETCH
}

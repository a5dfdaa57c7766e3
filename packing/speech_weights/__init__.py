"""Makes the files of the speech encoders from two packages, once, when KMTalk is built: nobody else needs those."""

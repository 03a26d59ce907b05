"""The texts of the pages, one module per noun: `TEXTS` maps a key to its words in Chinese and in English.

Chinese is written first and read most: full-width punctuation, no space between Chinese and Western characters beside
what the font sets.
"""

"""The handwritten half of the Flyte SDK: what the generated classes and functions do.

Each module holds cores: plain functions whose first parameter is the instance, or the class, and whose other parameters
are those the specs document. Cores import the generated package only for type checking or inside functions, and they
import anything heavy where it is used, so that importing the SDK stays cheap.
"""
